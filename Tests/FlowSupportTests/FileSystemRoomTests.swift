// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowSupport
import Foundation
import Testing

@Suite("Room on a file system")
struct FileSystemRoomTests {
    @Test("What is free is a part of what there is; a path that is not has none (issue 10)")
    func room() throws {
        let room = try #require(FileSystemRoom(at: NSTemporaryDirectory()))
        #expect(room.total > 0 && room.free >= 0 && room.free <= room.total)
        #expect(FileSystemRoom(at: "/nowhere/at/all") == nil)
    }
}
