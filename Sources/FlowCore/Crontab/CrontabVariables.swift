// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The variables that hold for the lines below, and which of them are cron's own.
struct CrontabVariables {
    /// Something to say about an assignment.
    enum Remark: Equatable {
        case warning(Wording)
        /// The variable is left out.
        case refusal(Wording)
    }

    /// In the file's order of first assignment.
    private(set) var environment: [CrontabVariable] = []
    /// Of `CRON_TZ=`; nil when there is none.
    private(set) var zone: String?
    /// Of `SHELL=`.
    private(set) var shell = "/bin/sh"
    /// The addresses of `MAILTO=`.
    private(set) var mailTo: [String] = []

    /// Takes an assignment in.
    mutating func assign(_ variable: CrontabVariable) -> [Remark] {
        switch variable.name {
        case "CRON_TZ": return self.assignZone(variable.value)
        case "SHELL": return self.assignShell(variable)
        // Only these: an application's MAILDIR or MAIL_HOST is its own.
        case "MAILTO": return self.assignMail(variable.value)
        case "MAILFROM", "MAILCC", "MAILBCC":
            return [.warning("\(variable.name) is left out: who sends a notification is said by its channel")]
        case "RANDOM_DELAY":
            return [.warning("RANDOM_DELAY is left out; write H in place of the minute to spread the starts")]
        case "LOGNAME", "USER":
            return [.warning("\(variable.name) is left out: it is the user the job runs as, under cron too")]
        case let name where name.hasPrefix("QF_"):
            return [.refusal("\(name): names that start with QF_ are the agent's own; rename the variable")]
        default: break
        }
        self.set(variable)
        return self.remarks(on: variable)
    }

    private mutating func set(_ variable: CrontabVariable) {
        if let index = self.environment.firstIndex(where: { $0.name == variable.name }) {
            self.environment[index] = variable
        } else {
            self.environment.append(variable)
        }
    }

    private func remarks(on variable: CrontabVariable) -> [Remark] {
        var remarks: [Remark] = []
        let (name, value) = (variable.name, variable.value)
        if value.contains("$") {
            remarks.append(.warning("\(name): cron does not expand '$'; the value is taken as it is written"))
        }
        if value.contains(" #") || value.contains("\t#") {
            remarks.append(
                .warning("\(name): a comment here is part of the value, under cron too; move it to a line of its own")
            )
        }
        switch name {
        case "TZ":
            remarks.append(.warning("TZ is passed to the commands; it does not move the schedule, as CRON_TZ would"))
        case "HOME" where !value.hasPrefix("/"):
            remarks.append(
                .warning(
                    "HOME is no absolute path: cron could not have started the jobs below; they start in the user's own"
                )
            )
        case "PATH" where value.hasPrefix("~") || value.contains(":~"):
            remarks.append(.warning("PATH: '~' is not expanded, under cron neither; write the directory's full name"))
        default: break
        }
        return remarks
    }

    private mutating func assignZone(_ value: String) -> [Remark] {
        guard value.isEmpty || ZoneDatabase.isWellFormed(value) else {
            return [.refusal("CRON_TZ: '\(CrontabReader.excerpt(value[...]))' is not the name of a time zone")]
        }
        self.zone = value.isEmpty ? nil : value
        guard !value.isEmpty else { return [] }
        return [
            .warning("the lines below fire by the time of \(value), as cronie does it; Debian's cron ignores CRON_TZ")
        ]
    }

    /// Users of the host have no mailbox that a server could write to.
    private mutating func assignMail(_ value: String) -> [Remark] {
        let names = value.split { $0 == "," || CrontabLine.isBlank($0) }
        self.mailTo = names.filter(Self.isMailAddress).prefix(50).map(String.init)
        guard self.mailTo.isEmpty else {
            let others = names.count - self.mailTo.count
            let addresses = CrontabReader.excerpt(self.mailTo.joined(separator: ",")[...])
            return [
                .warning(
                    others == 0
                        ? "MAILTO: failures, not all output, are told to \(addresses) by the server's e-mail channel"
                        : "MAILTO: failures, not all output, are told to \(addresses) by the server's e-mail channel; "
                            + "what is no address there is left out"
                )
            ]
        }
        return [.warning("MAILTO is left out: no mail is sent here; output and result are kept with each run")]
    }

    /// A plain address with a domain, as notifications take it.
    private static func isMailAddress(_ text: Substring) -> Bool {
        let sides = text.split(separator: "@", omittingEmptySubsequences: false)
        func isPlain(_ side: Substring, _ signs: String) -> Bool {
            (1...64).contains(side.utf8.count) && side.first != "." && side.last != "."
                && side.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || signs.utf8.contains(byte)
                }
        }
        return sides.count == 2 && isPlain(sides[0], "._+-") && isPlain(sides[1], ".-") && !text.contains("..")
    }

    /// Cron starts the value as it stands, without a search and without taking it apart.
    private mutating func assignShell(_ variable: CrontabVariable) -> [Remark] {
        let program = String(variable.value.prefix { !CrontabLine.isBlank($0) })
        guard program.hasPrefix("/") else {
            self.shell = "/bin/sh"
            return [
                .warning(
                    "SHELL '\(CrontabReader.excerpt(variable.value[...]))' is no absolute path, so that cron could not have "
                        + "run the jobs below; they are run by /bin/sh"
                )
            ]
        }
        self.shell = program
        self.set(CrontabVariable(name: "SHELL", value: program))
        guard program != variable.value else { return [] }
        return [
            .warning(
                "SHELL is '\(CrontabReader.excerpt(variable.value[...]))' with all that follows the path, so that cron could "
                    + "not have run the jobs below; they are run by \(program)"
            )
        ]
    }
}
