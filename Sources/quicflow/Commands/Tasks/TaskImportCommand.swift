// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow task import`: crontabs become tasks.
struct TaskImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Makes tasks of the lines of crontabs.",
        discussion: """
            Shows what it would make, and needs no server for that; --apply makes it. Names that are taken are left alone.
            What differs from cron is said line by line; the exit code is 1 when a line could not be read.
              crontab -l | quicflow task import -
              quicflow task import /etc/crontab /etc/cron.d/* --name-prefix web1- --group web --apply
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Crontab files; '-' for standard input.", completion: .file())
    var files: [String]

    @Flag(help: "Make the tasks.")
    var apply = false

    @Option(name: .customLong("group"), help: "Group to run in, by name or number; repeat for several.")
    var groups: [String] = []

    @Option(help: "Put before every name, such as the host's.")
    var namePrefix = ""

    @Option(
        name: [.customShort("z"), .customLong("timezone")],
        help: "Zone of lines without CRON_TZ; this computer's."
    )
    var timeZone: String?

    @Flag(help: "Whether a user stands before each command; found out by default.")
    var form: CrontabFormFlag?

    @Option(help: "User the agents run as; lines of other users are made disabled.")
    var agentUser = "root"

    @Flag(help: "Make all tasks disabled.")
    var disabled = false

    func validate() throws {
        if self.apply, self.groups.isEmpty { throw ValidationError("--apply needs a --group; 'all' is every agent.") }
    }

    func run() async throws {
        var plan = CrontabImport(
            namePrefix: self.namePrefix,
            timeZone: self.timeZone ?? Self.localZone,
            agentUser: self.agentUser
        )
        for file in self.files {
            plan.add(try Self.bytes(of: file), file: file, form: self.form(of: file))
        }
        guard self.apply else {
            self.options.output.show(ImportReport(plan).json) { ImportReport(plan).show() }
            if plan.hasErrors { throw ExitCode(CommandStatus.failed.rawValue) }
            return
        }
        ImportReport(plan).showRemarks()
        let refusals = try await self.make(plan.tasks)
        if let refusal = refusals.first { throw ExitCode(refusal.status.rawValue) }
        if plan.hasErrors { throw ExitCode(CommandStatus.failed.rawValue) }
    }

    /// Makes the tasks one by one; a refused one does not stop the others.
    private func make(_ tasks: [ImportedTask]) async throws -> [CommandFailure] {
        let client = try self.options.client()
        let groups = JSONValue.array(try await client.groupIDs(self.groups).map(JSONValue.integer))
        var made: [JSONValue] = []
        var refusals: [CommandFailure] = []
        for task in tasks {
            var body = task.body
            body["group_ids"] = groups
            if self.disabled { body["status"] = 0 }
            do {
                made.append(try await client.post("/tasks", body))
            } catch let failure as CommandFailure where failure.status == .conflict || failure.status == .usage {
                refusals.append(failure)
                Terminal.complain("\(task.file):\(task.line): '\(task.name)' was not made: \(failure.message)")
                for detail in failure.details { Terminal.complain("  \(detail)") }
            }
        }
        self.options.output.show(.array(made)) {
            for task in made { Terminal.say("Created task \(task["id"].cell) '\(task["name"].cell)'.") }
            Terminal.say("\(made.count) of \(tasks.count) tasks made.")
        }
        return refusals
    }

    private func form(of file: String) -> CrontabForm {
        switch self.form {
        case .system: .system
        case .user: .user
        case nil: file == "/etc/crontab" || file.hasPrefix("/etc/cron.d/") ? .system : .automatic
        }
    }

    private static func bytes(of file: String) throws -> [UInt8] {
        let data = file == "-" ? Terminal.readAll() : FileManager.default.contents(atPath: file)
        guard let data else { throw CommandFailure(.usage, "\(file) can't be read") }
        return Array(data)
    }

    private static var localZone: String {
        let name = TimeZone.current.identifier
        return name == "GMT" || name == "Etc/UTC" ? "UTC" : name
    }
}

/// `--system` or `--user`.
enum CrontabFormFlag: String, EnumerableFlag {
    case system
    case user
}
