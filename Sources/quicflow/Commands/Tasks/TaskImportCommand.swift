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

    @Flag(help: "Make the tasks disabled.")
    var disabled = false

    func validate() throws {
        if self.apply, self.groups.isEmpty { throw ValidationError("--apply needs a --group; 'all' is every agent.") }
    }

    func run() async throws {
        var plan = CrontabImport(namePrefix: self.namePrefix, timeZone: self.timeZone ?? Self.localZone)
        for file in self.files {
            plan.add(try Self.text(of: file), file: file, form: self.form(of: file))
        }
        guard self.apply else {
            self.options.output.show(Self.json(plan)) { Self.show(plan) }
            return
        }
        Self.showRemarks(plan)
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
            for task in made { print("Created task \(task["id"].cell) '\(task["name"].cell)'.") }
            print("\(made.count) of \(tasks.count) tasks made.")
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

    private static func text(of file: String) throws -> String {
        let data = file == "-" ? Terminal.readAll() : FileManager.default.contents(atPath: file)
        guard let data else { throw CommandFailure(.usage, "\(file) can't be read") }
        return String(decoding: data, as: UTF8.self)
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

extension TaskImportCommand {
    private static func show(_ plan: CrontabImport) {
        var table = TextTable(["LINE", "NAME", "SCHEDULE", "TIME ZONE", "USER", "COMMAND"], alignments: [.right])
        for task in plan.tasks {
            table.add([
                String(task.line), task.name, task.expression, task.timeZone, task.user ?? "-",
                DisplayWidth.fitted(task.command, to: 60),
            ])
        }
        print(table.plain)
        self.showRemarks(plan)
        if plan.tasks.contains(where: { $0.user != nil }) {
            Terminal.complain("Users are not carried over: a task runs as the user of its agent.")
        }
        Terminal.complain("\(plan.tasks.count) tasks; nothing is made without --apply.")
    }

    private static func showRemarks(_ plan: CrontabImport) {
        for remark in plan.remarks {
            Terminal.complain("\(remark.file):\(remark.line): \(remark.severity.rawValue): \(remark.message)")
        }
    }

    private static func json(_ plan: CrontabImport) -> JSONValue {
        .object([
            "tasks": .array(plan.tasks.map(\.body)),
            "remarks": .array(
                plan.remarks.map { remark in
                    .object([
                        "file": .string(remark.file), "line": .integer(Int64(remark.line)),
                        "severity": .string(remark.severity.rawValue), "message": .string(remark.message),
                    ])
                }
            ),
        ])
    }
}
