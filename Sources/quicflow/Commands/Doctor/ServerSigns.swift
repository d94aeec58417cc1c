// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// What `quicflow doctor` learned of a server.
struct ServerSigns: Sendable {
    enum Reach: Hashable, Sendable {
        /// Nothing came, with the reason.
        case silent(String)
        /// It said that it can't answer yet, or any more.
        case starting(String)
        /// Something else answered.
        case foreign
        case answered(milliseconds: Int64)
    }

    enum Session: Hashable, Sendable {
        case none
        case refused
        case open(username: String, mustChangePassword: Bool)
    }

    /// How its clock differs from the one here; milliseconds.
    struct ClockDifference: Hashable, Sendable {
        /// What it said, less the middle of the time that the question took: positive when it is ahead.
        let offset: Int64
        /// Half the time that the question took.
        let doubt: Int64
    }

    let address: ServerAddress
    var reach: Reach
    var version: String?
    /// Why it can't store; nil when it can.
    var notReady: String?
    var clock: ClockDifference?
    var session = Session.none
    /// Answers of `/stats` and `/cluster`; nil when they were not to be had.
    var overview: JSONValue?
    var cluster: JSONValue?
    /// This host in the list of hosts; nil when it was not asked for, null when it is not there.
    var host: JSONValue?

    init(_ address: ServerAddress, _ reach: Reach) {
        self.address = address
        self.reach = reach
    }
}

/// Asks a server what `quicflow doctor` wants to know; nothing is changed.
struct ServerVisit: Sendable {
    let address: ServerAddress
    /// Of the environment or the last login; nil when there is none.
    let token: String?
    /// The agent of this host.
    let agent: String?

    func signs() async -> ServerSigns {
        let anonymous = APIClient(server: self.address, token: nil)
        var signs = ServerSigns(self.address, .foreign)
        do {
            // The first opens the connection; the second is for the clock.
            _ = try await anonymous.get("/health")
            let began = Timestamp(Date())
            let health = try await anonymous.get("/health")
            let took = max(0, Timestamp(Date()).milliseconds(since: began))
            signs.reach = .answered(milliseconds: took)
            if let theirs = health["timestamp"].string.flatMap({ Timestamp(rfc3339: $0) }) {
                signs.clock = ServerSigns.ClockDifference(
                    offset: theirs.milliseconds(since: began.advanced(byMilliseconds: took / 2)),
                    doubt: took / 2
                )
            }
            signs.version = health["version"].string
        } catch {
            signs.reach = Self.reach(of: error)
            return signs
        }
        do { _ = try await anonymous.get("/readyz") } catch { signs.notReady = Self.words(error) }
        guard let token else { return signs }
        let client = APIClient(server: self.address, token: token)
        do {
            let me = try await client.get("/auth/me")
            signs.session = .open(
                username: me["username"].string ?? "-",
                mustChangePassword: me["must_change_password"].bool == true
            )
        } catch {
            signs.session = .refused
            return signs
        }
        // Not everybody may see everything: what is refused is left out.
        signs.overview = try? await client.get("/stats")
        signs.cluster = try? await client.get("/cluster")
        if let agent, let page = try? await client.get("/clients", [("keyword", agent)]) {
            signs.host = page["items"].array.first { $0["client_id"].string == agent } ?? .null
        }
        return signs
    }

    private static func reach(of error: any Error) -> ServerSigns.Reach {
        guard let failure = error as? CommandFailure else { return .silent(String(describing: error)) }
        guard failure.status == .unreachable else { return .foreign }
        return failure.answer.isNull ? .silent(failure.message) : .starting(failure.message)
    }

    private static func words(_ error: any Error) -> String {
        (error as? CommandFailure)?.message ?? String(describing: error)
    }
}
