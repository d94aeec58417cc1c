// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Finds out whether a crontab has users in it.
///
/// Nothing in the file says so. What tells: the comment above the columns, names that are users everywhere, and words
/// that are commands everywhere.
enum CrontabFormGuess {
    private static let users: Set<String> = [
        "root", "daemon", "nobody", "www-data", "apache", "nginx", "http", "mail", "postgres", "mysql", "redis",
        "backup",
        "man", "list", "news", "uucp", "git", "jenkins", "ubuntu", "debian", "centos", "ec2-user", "admin", "munin",
        "logcheck", "smmsp", "amavis", "mailman", "operator", "proxy", "sys", "bin", "adm", "prometheus", "gitlab",
    ]
    private static let commands: Set<String> = [
        "cd", "echo", "test", "sh", "bash", "zsh", "dash", "ksh", "python", "python2", "python3", "perl", "php", "ruby",
        "node", "java", "rsync", "curl", "wget", "find", "tar", "docker", "podman", "sudo", "nice", "ionice", "flock",
        "timeout", "env", "make", "rm", "cp", "mv", "touch", "run-parts", "certbot", "exec", "source", "export",
        "sleep",
        "date", "cat", "logger", "systemctl", "service", "aws", "mysqldump", "pg_dump", "restic", "borg", "command",
        "if", "for", "while", "true", "chronic", "nohup", "logrotate", "apt-get", "apt", "yum", "dnf", "kill", "pkill",
    ]

    /// - Returns: the form, and whether something told so.
    static func guess(_ lines: [CrontabLine]) -> (form: CrontabForm, isCertain: Bool) {
        var sixthWords: [(word: String, hasMore: Bool)] = []
        for line in lines {
            switch line.kind {
            case .comment(let text):
                let words = text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "-" }.map(String.init)
                // Debian: "m h dom mon dow user command"; Red Hat: "* * * * * user-name command to be executed".
                guard words.contains("command") || words.contains("cmd") else { continue }
                if words.contains("user") || words.contains("user-name") || words.contains("username") {
                    return (.system, true)
                }
                if words.contains("dow") || words.contains("dom") { return (.user, true) }
            case .job:
                let (words, rest) = line.words(line.scheduleWordCount + 1)
                if words.count > line.scheduleWordCount, !CrontabFieldWord.isField(words[words.count - 1]) {
                    sixthWords.append((String(words[words.count - 1]), !rest.isEmpty))
                }
            case .blank, .variable, .brokenVariable:
                continue
            }
        }
        guard !sixthWords.isEmpty else { return (.user, true) }
        // One line that cannot have a user decides: the two forms are never mixed.
        if sixthWords.contains(where: { !$0.hasMore || self.commands.contains($0.word) || !self.isUserName($0.word) }) {
            return (.user, true)
        }
        if sixthWords.contains(where: { self.users.contains($0.word) }) { return (.system, true) }
        return (.user, false)
    }

    /// The user that stands before a command of a file without users; nil when the words look like a command.
    ///
    /// Only names that are no programs, and only before something that is one.
    static func userSlip(_ words: [Substring]) -> Substring? {
        guard words.count > 1, self.pureUsers.contains(String(words[0].prefix { $0 != ":" })) else { return nil }
        let next = String(words[1])
        return next.hasPrefix("/") || next == "[" || self.commands.contains(next) ? words[0] : nil
    }

    /// Names of users that no program has.
    private static let pureUsers = users.subtracting([
        "backup", "mail", "man", "list", "git", "admin", "proxy", "http", "nginx", "mysql", "redis", "bin", "news",
    ])

    /// Whether a word could be the name of a user: `useradd`'s rule, with FreeBSD's `user:group`.
    static func isUserName(_ word: String) -> Bool {
        let name = word.prefix { $0 != ":" }
        guard (1...32).contains(name.utf8.count), let first = name.utf8.first,
            (first | 0x20) >= 0x61 && (first | 0x20) <= 0x7a || first == 0x5f
        else { return false }
        return name.utf8.allSatisfy { byte in
            (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) || byte == 0x5f
                || byte == 0x2d || byte == 0x2e || byte == 0x24
        }
    }
}
