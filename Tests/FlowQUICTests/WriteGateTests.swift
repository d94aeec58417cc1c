// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowQUIC

@Suite("Write gate", .timeLimit(.minutes(10)))
struct WriteGateTests {
    @Test("A writer is admitted below the limit and waits above it until half is free")
    func waits() async throws {
        let gate = WriteGate(limit: 100)
        try await gate.admit(99)
        try await gate.admit(50)
        let order = AsyncQueue<String>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await gate.admit(10)
                order.push("admitted")
            }
            order.push("released some")
            gate.release(40)
            order.push("released half")
            gate.release(60)
            try await group.waitForAll()
        }
        order.finish()
        #expect(order.drain() == ["released some", "released half", "admitted"])
    }

    @Test("A failure reaches writers that wait and those that come later")
    func fails() async throws {
        let gate = WriteGate(limit: 1)
        try await gate.admit(10)
        await withTaskGroup(of: QUICError.Code?.self) { group in
            group.addTask {
                do {
                    try await gate.admit(1)
                    return nil
                } catch {
                    return (error as? QUICError)?.code
                }
            }
            gate.fail(.streamStopped(4))
            #expect(await group.next() == .some(.streamStopped))
        }
        let later = await #expect(throws: QUICError.self) { try await gate.admit(1) }
        #expect(later?.applicationCode == 4)
    }

    @Test("A cancelled writer takes nothing")
    func cancelled() async throws {
        let gate = WriteGate(limit: 1)
        try await gate.admit(1)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gate.admit(1_000) }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        gate.release(1)
        try await gate.admit(1)
    }
}
