// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Testing

@Suite("Memory that is given back (docs/performance.md)")
struct ReleaseMemoryTests {
    @Test("Pages of programs and libraries go and come again, and what was written stays")
    func release() {
        let kept = (0..<1000).map { "text that lives on the heap, number \($0)" }
        let before = flow_resident_kilobytes()
        flow_release_memory()
        let after = flow_resident_kilobytes()
        #expect(after < before)
        #expect(kept.enumerated().allSatisfy { $1 == "text that lives on the heap, number \($0)" })
    }
}
