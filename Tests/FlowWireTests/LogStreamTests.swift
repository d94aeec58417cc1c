// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import NIOCore
import Testing

@testable import FlowWire

@Suite("Log streams")
struct LogStreamTests {
    private let open = LogOpen(executionID: ExecutionID(bytes: [UInt8](repeating: 7, count: 16))!, attempt: 2)

    private func chunk(_ offset: Int64, _ text: String) -> LogChunk {
        LogChunk(
            executionID: self.open.executionID,
            attempt: 2,
            offset: offset,
            stream: .standardOutput,
            bytes: Array(text.utf8)
        )
    }

    @Test("Chunks arrive with execution and attempt of the opening, and are acknowledged by their end")
    func chunks() throws {
        var receiver = LogReceiver()
        #expect(try receiver.receive(try LogSender.opening(self.open)) == [])
        let chunks = [self.chunk(10, "hello"), self.chunk(15, "x"), self.chunk(100, "after a cut")]
        var received: [LogChunk] = []
        for chunk in chunks { received += try receiver.receive(try LogSender.bytes(of: chunk)) }
        #expect(received == chunks)
        var sender = LogSender()
        let answer = try #require(try LogReceiver.acknowledgement(through: received))
        #expect(try sender.receive(answer) == 111)
        try receiver.finish()
    }

    @Test("A chunk before the opening, a second opening, an offset that goes back: refused")
    func order() throws {
        var early = LogReceiver()
        #expect(throws: WireError.self) { try early.receive(try LogSender.bytes(of: self.chunk(0, "a"))) }
        var twice = LogReceiver()
        _ = try twice.receive(try LogSender.opening(self.open))
        #expect(throws: WireError.self) { try twice.receive(try LogSender.opening(self.open)) }
        var back = LogReceiver()
        _ = try back.receive(try LogSender.opening(self.open))
        _ = try back.receive(try LogSender.bytes(of: self.chunk(5, "abc")))
        #expect(throws: WireError.self) { try back.receive(try LogSender.bytes(of: self.chunk(7, "b"))) }
    }

    @Test("The agent takes nothing but acknowledgements")
    func sender() throws {
        var sender = LogSender()
        #expect(throws: WireError.self) { try sender.receive(try LogSender.opening(self.open)) }
    }
}
