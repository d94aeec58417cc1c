// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Logging

/// What the core notes, as lines of the host's log.
extension AgentNote {
    /// - Parameter logger: the host's.
    func write(to logger: Logger) {
        switch self {
        case .welcomed(let epoch): logger.notice("connected", metadata: ["epoch": "\(epoch)"])
        case .rejected(let code, let message):
            logger.error("the server refused this agent: \(message)", metadata: ["code": "\(code)"])
        case .orderMissing(let id): logger.info("ran without an order", metadata: ["execution": "\(id)"])
        case .missed(let job, let range):
            logger.warning(
                "fires were missed",
                metadata: [
                    "job": "\(job)", "count": "\(range.count)", "from": "\(range.from)", "through": "\(range.through)",
                ]
            )
        case .hindered(let id, let detail):
            logger.notice("an execution cannot be ended", metadata: ["execution": "\(id)", "detail": "\(detail)"])
        case .clockStepped(let microseconds):
            logger.warning("the clock was set", metadata: ["microseconds": "\(microseconds)"])
        case .wallClockOff(let microseconds):
            logger.log(
                level: abs(microseconds) < 300_000_000 ? .warning : .error,
                "this host's clock differs from the server's; jobs run by the server's. Set up NTP on this host",
                metadata: ["ahead-seconds": "\(Double(microseconds) / 1_000_000)"]
            )
        case .clockSuspect(let now, let last):
            logger.warning(
                "the clock of this host jumped; missed fires wait until a server confirms the time",
                metadata: ["now": "\(now)", "last-known": "\(last)"]
            )
        case .dismissalAnnounced(let reason, let microseconds):
            logger.warning(
                "the server does not know this host; its schedule will end",
                metadata: ["reason": "\(reason)", "in-seconds": "\(microseconds / 1_000_000)"]
            )
        case .dismissed:
            logger.notice(
                """
                the server does not know this host: no job starts any more. What runs goes on, records are kept. \
                Enrol this host again, or restore the server's database
                """
            )
        case .ledgerFailed(let cause):
            logger.critical(
                "the ledger cannot be written; nothing is started until it can",
                metadata: ["cause": "\(cause)"]
            )
        case .ledgerWorks(let since):
            logger.notice("the ledger can be written again", metadata: ["since": "\(since)"])
        case .schedulerChanged(let state):
            logger.notice(
                state.isStopped
                    ? "the scheduler was stopped: nothing fires by schedule on this host until it is started"
                    : "the scheduler was started: schedules fire again",
                metadata: ["by": "\(state.isStopped ? state.stop?.by ?? "" : state.stop?.endedBy ?? "")"]
            )
        case .maintenanceChanged(let period, let isInForce):
            logger.notice(
                isInForce
                    ? "this host is in maintenance: nothing new starts until it is over"
                    : "this host's maintenance is over: schedules fire again",
                metadata: ["by": "\(period.by)", "until": "\(period.end)"]
            )
        case .planMismatch(let job, let nominal):
            logger.warning(
                "server and agent disagree on a fire; the server's time counts",
                metadata: ["job": "\(job)", "fire": "\(nominal)"]
            )
        case .foreignZones(let names):
            logger.notice(
                "this host's zone files lack zones or know them otherwise; the server's rules count",
                metadata: ["zones": "\(names.joined(separator: " "))"]
            )
        case .leftToServer(let jobs):
            logger.warning(
                """
                fire times come out otherwise here than on the server: these jobs run on its orders only, and not without it; \
                run the same version on both
                """,
                metadata: ["jobs": "\(jobs.map { "\($0)" }.joined(separator: " "))"]
            )
        case .unusableSchedule(let job, let message):
            logger.error("a schedule cannot be used: \(message)", metadata: ["job": "\(job)"])
        }
    }
}
