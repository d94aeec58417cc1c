// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension APIRouter {
    private var notifications: NotifyRoutes {
        get throws {
            guard let notify else { throw APIFailure.notFound("This server's store has no notifications.") }
            return notify
        }
    }

    /// What is under `/notify`.
    func answerNotify(_ endpoint: Endpoint, _ call: APICall) async throws -> APIAnswer {
        let routes = try self.notifications
        return switch endpoint {
        case .listChannels: try await routes.listChannels(call)
        case .createChannel: try await routes.createChannel(call)
        case .updateChannel: try await routes.updateChannel(call)
        case .deleteChannel: try await routes.deleteChannel(call)
        case .testChannel: try await routes.testChannel(call)
        case .listNotifyRules: try await routes.listRules(call)
        case .createNotifyRule: try await routes.createRule(call)
        case .updateNotifyRule: try await routes.updateRule(call)
        case .deleteNotifyRule: try await routes.deleteRule(call)
        case .previewNotification: try await routes.preview(call)
        case .listIncidents: try await routes.listIncidents(call)
        case .acknowledgeIncident: try await routes.acknowledge(call)
        case .listDeliveries: try await routes.listDeliveries(call)
        case .resendDelivery: try await routes.resend(call)
        case .listSilences: try await routes.listSilences(call)
        case .createSilence: try await routes.createSilence(call)
        case .endSilence: try await routes.endSilence(call)
        case .listReportMails: try await routes.listReportMails(call)
        case .createReportMail: try await routes.createReportMail(call)
        case .updateReportMail: try await routes.updateReportMail(call)
        case .deleteReportMail: try await routes.deleteReportMail(call)
        case .sendReportMail: try await routes.sendReportMail(call)
        default: throw APIFailure.notFound("There is no such notification.")
        }
    }
}
