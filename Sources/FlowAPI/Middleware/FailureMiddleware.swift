// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird
import Logging

/// Turns every error into the envelope, or into a problem where that is asked for; what nobody foresaw is logged and hidden.
struct FailureMiddleware: RouterMiddleware {
    typealias Context = APIContext

    /// Who watches requests for approval hears of each that comes: all of them are asked for here.
    let bus: EventBus

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(input, context)
        } catch let needed as ApprovalNeeded {
            self.bus.publish(.approvalsChanged)
            return ApprovalPresenter.waiting(needed.approval).response(requestID: context.requestID)
        } catch {
            let failure = Self.failure(error, logger: context.logger)
            return Dialect(path: input.uri.path)
                .response(failure, requestID: context.requestID, form: FailureForm(input.headers))
        }
    }

    static func failure(_ error: any Error, logger: Logger) -> APIFailure {
        switch error {
        case let failure as APIFailure: return failure
        case let error as CoreError:
            if error.code == .internal || error.code == .unavailable {
                logger.error("Request failed", metadata: ["error": "\(error)"])
            }
            return APIFailure(error)
        case let error as ScheduleError: return APIFailure(error, path: "expr")
        case let error as HTTPError:
            return APIFailure(error.status, "invalid_request", error.body ?? "The request is refused.")
        case is CancellationError: return APIFailure(CoreError(.unavailable, "The server is stopping. Try again."))
        default:
            logger.error("Request failed", metadata: ["error": "\(error)"])
            return APIFailure(CoreError(.internal, ""))
        }
    }
}
