// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow task import`: crontabs and jobs of other schedulers become tasks.
struct TaskImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Makes tasks of crontabs, and of jobs of other schedulers.",
        discussion: """
            Shows what it would make, and needs no server for that; --apply makes it. Names that are taken are left alone.
            What differs is said line by line; the exit code is 1 when something could not be read. Formats: crontab,
            systemd (.timer and .service units), kubernetes (CronJobs in YAML), xxl-job (xxl_job_info as CSV or SQL),
            cronicle and dkron (JSON).
              crontab -l | quicflow task import -
              quicflow task import /etc/crontab /etc/cron.d/* --name-prefix web1- --group web --apply
              quicflow task import --format systemd /etc/systemd/system/backup.timer --group web
            """
    )

    @OptionGroup var options: ServerOptions

    @Argument(help: "Files; '-' for standard input.", completion: .file())
    var files: [String]

    @Option(help: "What the files are: \(ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = ImportFormat.crontab

    @Flag(help: "Make the tasks.")
    var apply = false

    @Option(name: .customLong("group"), help: "Group to run in, by name or number; repeat for several.")
    var groups: [String] = []

    @Option(help: "Put before every name, such as the host's.")
    var namePrefix = ""

    @Option(
        name: [.customShort("z"), .customLong("timezone")],
        help: "Zone of what names none; this computer's."
    )
    var timeZone: String?

    @Flag(help: "Whether a user stands before each command; found out by default.")
    var form: CrontabFormFlag?

    @Option(help: "User the agents run as. Only root's run jobs as others: those are made disabled otherwise.")
    var agentUser = "root"

    @Option(
        help: "Seconds a run may take where there was no limit, 10 to 604800 (a week); 0 for none takes settings:write."
    )
    var timeout = ImportedTask.timeoutSeconds

    @Flag(help: "Make all tasks disabled.")
    var disabled = false

    func validate() throws {
        if self.form != nil, self.format != .crontab {
            throw ValidationError.said("--system and --user are about crontabs.")
        }
        guard self.timeout == Policies.unlimited || Policies.timeoutRange.contains(self.timeout) else {
            throw ValidationError.said("--timeout is 0, or 10 to 604800.")
        }
        if self.apply, self.groups.isEmpty {
            throw ValidationError.said("--apply needs a --group; 'all' is every agent.")
        }
    }

    func run() async throws {
        let plan = try self.plan()
        guard self.apply else {
            self.options.output.show(ImportReport(plan).json) { ImportReport(plan).show() }
            if plan.hasErrors { throw ExitCode(CommandStatus.failed.rawValue) }
            return
        }
        ImportReport(plan).showRemarks()
        let refusals = try await self.make(plan.candidates)
        if let refusal = refusals.first { throw ExitCode(refusal.status.rawValue) }
        if plan.hasErrors { throw ExitCode(CommandStatus.failed.rawValue) }
    }

    private func plan() throws -> any ImportPlan {
        let zone = self.timeZone ?? Self.localZone
        guard self.format == .crontab else {
            var plan = ForeignImport(
                format: self.format,
                namePrefix: self.namePrefix,
                timeZone: zone,
                agentUser: self.agentUser,
                timeout: self.timeout
            )
            plan.add(try self.withServices(self.files).map { ImportFile(name: $0, bytes: try Self.bytes(of: $0)) })
            return plan
        }
        var plan = CrontabImport(
            namePrefix: self.namePrefix,
            timeZone: zone,
            agentUser: self.agentUser,
            timeout: self.timeout
        )
        for file in self.files { plan.add(try Self.bytes(of: file), file: file, form: self.form(of: file)) }
        return plan
    }

    /// A timer's service mostly lies beside it.
    private func withServices(_ files: [String]) -> [String] {
        guard self.format == .systemd else { return files }
        var result = files
        for file in files where file.hasSuffix(".timer") {
            let service = String(file.dropLast(".timer".count)) + ".service"
            if !result.contains(service), FileManager.default.fileExists(atPath: service) { result.append(service) }
        }
        return result
    }

    /// Makes the tasks one by one; a refused one does not stop the others.
    private func make(_ tasks: [any ImportCandidate]) async throws -> [CommandFailure] {
        let client = try self.options.client()
        let groups = JSONValue.array(try await client.groupIDs(self.groups).map(JSONValue.integer))
        let canMail = try await Self.canMail(tasks, client)
        var made: [JSONValue] = []
        var refusals: [CommandFailure] = []
        var progress = ProgressLine(of: tasks.count, self.options.output)
        for (index, task) in tasks.enumerated() {
            progress.show(index)
            var body = task.body
            body["group_ids"] = groups
            if self.disabled { body["status"] = 0 }
            if !canMail { body["task_notify"] = .null }
            do {
                made.append(try await client.post("/tasks", body))
            } catch let failure as CommandFailure where failure.status == .conflict || failure.status == .usage {
                refusals.append(failure)
                progress.clear()
                Terminal.complain("\(task.file):\(task.line): '\(task.name)' was not made: \(failure.text)")
                for detail in failure.details { Terminal.complain("  \(detail)") }
            }
        }
        progress.clear()
        self.options.output.show(.array(made)) {
            for task in made { Terminal.say("Created task \(task["id"].cell) '\(task["name"].cell)'.") }
            Terminal.say("\(made.count) of \(tasks.count) tasks made.")
        }
        return refusals
    }

    /// Whether what is told by e-mail would reach anybody; says it when not.
    private static func canMail(_ tasks: [any ImportCandidate], _ client: APIClient) async throws -> Bool {
        guard tasks.contains(where: { !$0.body["task_notify"].isNull }) else { return true }
        let channels = try? await client.get("/notify/channels").array
        guard channels?.contains(where: { $0["type"].string == "email" && $0["enabled"].bool != false }) == true else {
            Terminal.complain("MAILTO is left out: the server has no e-mail channel, or you may not see it")
            return false
        }
        return true
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

extension ImportFormat: ExpressibleByArgument {}

/// `--system` or `--user`.
enum CrontabFormFlag: String, EnumerableFlag {
    case system
    case user
}
