// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

/// `quicflow execution waves`: how far a run in waves has come, and whether it goes on.
struct ExecutionWavesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waves",
        abstract: "Shows how far a run in waves has come; holds, continues or stops it."
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: ArgumentHelp("The run's id.", valueName: "run"))
    var id: String

    @Flag(help: "Begin no further wave until --continue.")
    var hold = false

    @Flag(help: "Go on with what is held.")
    var `continue` = false

    @Flag(help: "Begin no further wave at all; what runs ends by itself.")
    var stop = false

    func validate() throws {
        guard [self.hold, self.continue, self.stop].count(where: { $0 }) < 2 else {
            throw ValidationError.said("Use one of --hold, --continue and --stop.")
        }
    }

    func run() async throws {
        let client = try self.options.client()
        let path = "/runs/\(self.id)"
        let wish = self.hold ? "hold" : self.continue ? "continue" : self.stop ? "stop" : nil
        let answer: JSONValue
        if let wish {
            answer = try await client.post("\(path)/waves/\(wish)", nil)
        } else {
            answer = try await client.get(path)["waves"]
        }
        self.options.output.show(answer) {
            guard answer["phase"].string != nil else { return Terminal.say("This run does not go in waves.") }
            Terminal.say(answer["text"][Language.current.rawValue].cell)
            var table = TextTable(["WAVE", "HOSTS", "SUCCEEDED", "FAILED", "OPEN"])
            for wave in answer["list"].array {
                let units = wave["units"]
                func sum(_ names: [String]) -> String {
                    "\(names.reduce(Int64(0)) { $0 + (units[$1].integer ?? 0) })"
                }
                table.add([
                    wave["wave"].cell, wave["hosts"].cell, sum(["success"]), sum(["failure", "timeout"]),
                    sum(["pending", "running"]),
                ])
            }
            Terminal.say(table.plain)
        }
    }
}
