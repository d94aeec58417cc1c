// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow workflow new`: a definition to begin with, without a server.
struct WorkflowNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Prints a definition to edit and create; asks no server.",
        discussion: """
            For instance: quicflow workflow new inbox --map > inbox.yaml, and then quicflow workflow create -f inbox.yaml.
            """
    )

    @Argument(help: "Name of the workflow.")
    var name = "new-workflow"

    @Flag(
        help: """
            List, map, collect: what the first step lists becomes an execution each, and the last gets what they hand on.
            """
    )
    var map = false

    @Option(name: .customLong("group-id"), help: "Number of the group whose hosts run the steps; 1 is all hosts.")
    var group: Int64 = 1

    func validate() throws {
        guard (1...128).contains(self.name.count),
            !self.name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f })
        else {
            throw ValidationError.said("A name has 1 to 128 characters, and no control characters.")
        }
    }

    func run() {
        let form: WorkflowStartingForm = self.map ? .listMapCollect : .empty
        Terminal.write(form.text(named: self.name, group: self.group, in: Language.current))
    }
}
