// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowCrash
import Synchronization

extension DatabaseStore {
    /// Runs one write, in a transaction that it may share with others of its kind that wait at the same time.
    ///
    /// For others it is as if it had a transaction of its own: it sees what those before it wrote, and what it refuses leaves
    /// nothing behind. It is not cancelled with whoever waits.
    func writeTogether<Value: Sendable>(
        _ operation: String,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try self.requireOpen()
        let kept = Mutex<Value?>(nil)
        return try await withCheckedThrowingContinuation { continuation in
            let member = WriteGroup.Member(operation: operation) { db in
                let value = try body(db)
                kept.withLock { $0 = value }
            } finish: { error in
                if let value = kept.withLock({ $0 }), error == nil {
                    continuation.resume(returning: value)
                } else {
                    continuation.resume(throwing: error ?? CoreError(.internal, "A write came to nothing."))
                }
            }
            guard self.group.withLock({ $0.add(member) }) else { return }
            self.startWriting()
        }
    }

    /// Writes for all who wait, which is not the work of any one of their tasks.
    private func startWriting() {
        if let sqlite = self.sqlite {
            sqlite.takeTurns { self.writeNext($0) }
        } else {
            Task { await self.writeGroups() }
        }
    }

    /// Writes one group on the writer's own thread.
    ///
    /// - Returns: whether there may be another.
    private func writeNext(_ turn: SQLiteTurn) -> Bool {
        let members = self.group.withLock { $0.next() }
        guard let first = members.first else { return false }
        let clock = ContinuousClock()
        let start = clock.now
        do {
            try self.requireOpen()
            let refusals = try turn.write { db in
                let refusals = try Self.run(members, db)
                for member in members { CrashPoint.reach("store.\(member.operation).written") }
                return refusals
            }
            for member in members { CrashPoint.reach("store.\(member.operation).committed") }
            self.noteCommit(first.operation, clock.now - start)
            for (member, refusal) in zip(members, refusals) { member.finish(refusal) }
            return true
        } catch {
            Task {
                await self.writeApart(members, after: error)
                self.startWriting()
            }
            return false
        }
    }

    private func writeGroups() async {
        while true {
            let members = self.group.withLock { $0.next() }
            guard let first = members.first else { return }
            do {
                let refusals = try await self.write(first.operation) { try Self.run(members, $0) }
                for (member, refusal) in zip(members, refusals) { member.finish(refusal) }
            } catch {
                await self.writeApart(members, after: error)
            }
        }
    }

    /// - Returns: what each of them was refused for.
    private static func run(_ members: [WriteGroup.Member], _ db: Database) throws -> [CoreError?] {
        guard members.count > 1 else {
            for member in members { try member.work(db) }
            return [nil]
        }
        return try members.map { try self.run($0, apart: db) }
    }

    /// The transaction came to nothing.
    ///
    /// What one of them does to the database must not be the others' loss; a database that can't be reached is everybody's,
    /// and after a commit that nobody answered nothing may be tried again.
    private func writeApart(_ members: [WriteGroup.Member], after error: any Error) async {
        guard members.count > 1, (error as? CoreError)?.code == .internal else {
            for member in members { member.finish(error) }
            return
        }
        for member in members {
            do {
                try await self.write(member.operation) { try member.work($0) }
                member.finish(nil)
            } catch {
                member.finish(error)
            }
        }
    }

    /// Takes back what a refused write has done, and nothing of the others'.
    ///
    /// - Returns: the refusal.
    /// - Throws: what the database itself says; nothing is certain after that.
    private static func run(_ member: WriteGroup.Member, apart db: Database) throws -> CoreError? {
        try db.run("SAVEPOINT member")
        var refusal: CoreError?
        do {
            try member.work(db)
        } catch let error as CoreError {
            try db.run("ROLLBACK TO SAVEPOINT member")
            refusal = error
        }
        try db.run("RELEASE SAVEPOINT member")
        return refusal
    }
}
