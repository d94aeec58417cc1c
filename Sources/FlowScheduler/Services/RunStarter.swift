// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash
import Foundation

/// Starts runs that no schedule asked for: the common end of "run now" and "retry".
package struct RunStarter: Sendable {
    let store: any Store
    let gateway: any AgentGateway
    let bus: EventBus
    let clock: any WallClock
    /// Nil = nobody can be asked, so what takes two persons is refused.
    let desk: ApprovalDesk?
    let sealer: ParameterSealer

    package init(
        store: any Store,
        gateway: any AgentGateway,
        bus: EventBus,
        clock: any WallClock,
        desk: ApprovalDesk? = nil,
        seal: SecretSeal? = nil
    ) {
        self.sealer = ParameterSealer(seal: seal)
        self.desk = desk
        self.store = store
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
    }

    /// Makes the run durable, then hands its orders to agents.
    ///
    /// A repeated trigger delivers nothing again: orders that are still open are sent by the gateway until they are
    /// acknowledged (R4).
    func start(_ trigger: Trigger, as principal: Principal) async throws -> StartedRun {
        let started: StartedRun
        do {
            started = try await self.store.start(trigger, by: principal.change(at: self.clock.now))
        } catch let error as CoreError where error.takesTwo && principal.approval == nil {
            guard let desk, let job = try await self.store.job(trigger.job) else { throw error }
            throw try await desk.ask(
                .run,
                .job(job),
                version: job.version,
                groups: job.definition.groups,
                job: job.uid,
                .run(ApprovedRun(trigger)),
                as: principal
            )
        }
        guard !started.isRepeat else {
            try self.requireSame(started.run, as: trigger)
            return started
        }
        await self.announce(started)
        return started
    }

    /// Hands the orders of a run that is durable to agents.
    func announce(_ started: StartedRun) async {
        CrashPoint.reach("server.run.stored")
        if !started.orders.isEmpty { await self.gateway.deliver(started.orders.mapValues { [$0] }) }
        CrashPoint.reach("server.run.ordered")
        if !started.executions.isEmpty { self.bus.publish(.executionsChanged(started.executions)) }
    }

    /// Refuses a key that named another request before: what that one started is no answer to this one.
    ///
    /// - Throws: `keyReused` (draft-ietf-httpapi-idempotency-key-header, 2.7).
    private func requireSame(_ run: Run, as trigger: Trigger) throws(CoreError) {
        guard
            run.type != trigger.type
                || !self.sealer.areSame(run.parameters, trigger.parameters, job: run.jobUID)
        else { return }
        throw CoreError(
            .keyReused,
            "This idempotency key started run \(run.id) with other parameters. Use a new key for another request.",
            details: [
                CoreError.Detail(path: "Idempotency-Key", code: "reused", message: "it belongs to another request")
            ]
        )
    }

    /// Names a trigger.
    ///
    /// A client's key counts per user and job: a foreign key must not answer with somebody else's run.
    static func uid(
        key: String?,
        job: JobID,
        principal: Principal,
        fresh: () -> UUID
    ) throws(CoreError) -> String {
        guard let key else { return fresh().uuidString.lowercased() }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw CoreError(
                .invalid,
                "An idempotency key has 1 to 128 visible ASCII characters.",
                details: [
                    CoreError.Detail(
                        path: "Idempotency-Key",
                        code: "syntax",
                        message: "1 to 128 visible ASCII characters"
                    )
                ]
            )
        }
        return "\(principal.userID)/\(job)/\(key)"
    }
}
