// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Starting a job as another user")
struct StartWordTests {
    @Test(
        "No variable of a job has its own name before it is the job's user",
        arguments: ["LD_PRELOAD=/tmp/x.so", "LD_LIBRARY_PATH=/tmp", "GLIBC_TUNABLES=x", "PATH=/tmp", "A=b=c"]
    )
    func hides(entry: String) {
        let hidden = StartWord.hidden(entry)
        let name = String(hidden.prefix { $0 != "=" })
        #expect(!VariableName.isValid(name, limit: VariableName.environmentLimit))
        #expect(StartWord.shown(name) == String(entry.prefix { $0 != "=" }))
        #expect(hidden.hasSuffix(entry))
    }

    @Test("The agent's own variables keep their names, and what is neither is not handed on")
    func own() {
        #expect(StartWord.hidden("QF_EXECUTION_ID=1") == "QF_EXECUTION_ID=1")
        #expect(StartWord.shown("QF_EXECUTION_ID") == "QF_EXECUTION_ID" && StartWord.shown("LANG") == nil)
    }
}
