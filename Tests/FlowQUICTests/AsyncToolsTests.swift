// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowSupport
import Testing

@testable import FlowQUIC

@Suite("Between event loop and tasks", .timeLimit(.minutes(10)))
struct AsyncToolsTests {
    private struct Failure: Error {}

    @Test("A queue gives what is in it before its end, and then the end to everybody")
    func queueEnd() async {
        let queue = AsyncQueue<Int>()
        queue.push(1)
        queue.push(2)
        queue.finish(Failure())
        queue.push(3)
        queue.finish()
        for expected in [1, 2] {
            guard case .element(expected) = await queue.next() else {
                Issue.record("not \(expected)")
                return
            }
        }
        for _ in 0..<2 {
            guard case .finished(let error?) = await queue.next() else {
                Issue.record("no end")
                return
            }
            #expect(error is Failure)
        }
    }

    @Test("Cancelling a reader of a queue loses no element and does not end it")
    func queueCancellation() async {
        let queue = AsyncQueue<Int>()
        let wasCancelled = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                guard case .cancelled = await queue.next() else { return false }
                return true
            }
            group.cancelAll()
            return await group.next()
        }
        #expect(wasCancelled == true)
        queue.push(7)
        guard case .element(7) = await queue.next() else {
            Issue.record("the element is lost")
            return
        }
    }

    @Test("Only the first result counts, and cancelling is one")
    func oneShot() async throws {
        let early = OneShot<Int>()
        #expect(early.complete(.success(1)))
        #expect(!early.complete(.success(2)))
        #expect(try await early.wait() == 1)
        #expect(!early.complete(.success(3)))
        let abandoned = OneShot<Int>()
        await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await abandoned.wait() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { _ = try await group.next() }
        }
        #expect(abandoned.isComplete)
        #expect(!abandoned.complete(.success(4)))
    }

    @Test("A latch tells all who wait, and those who come later")
    func latch() async {
        let latch = Latch<String>()
        let answers = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<3 { group.addTask { await latch.wait() } }
            latch.set("first")
            latch.set("second")
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(answers == ["first", "first", "first"])
        #expect(await latch.wait() == "first")
    }
}
