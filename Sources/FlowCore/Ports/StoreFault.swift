// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The sentences of a store's failures: the same in every adapter.
package enum StoreFault {
    /// A stored value this version cannot read: a newer version wrote it, or the file is damaged.
    package static func unreadable(_ what: Wording) -> CoreError {
        CoreError(
            .internal,
            "The database holds something this version can't read: \(what). Restore a backup or upgrade."
        )
    }

    package static func noJob(_ id: JobID) -> CoreError {
        CoreError(.notFound, "There is no task \(id). It may have been deleted.")
    }

    package static func jobUnreadable(_ job: Job) -> CoreError {
        CoreError(
            .conflict,
            "This server can't read what the task '\(job.definition.name)' says: a newer one wrote it. It stays as it is; "
                + "upgrade this server, or ask a newer one."
        )
    }

    package static func jobRuns(_ job: Job, _ execution: Execution) -> CoreError {
        CoreError(
            .conflict,
            "The task '\(job.definition.name)' is not changed while it runs (on_edit_while_running 'refuse'): execution "
                + "\(execution.id) on host \(execution.agentID.rawValue) has not ended. Wait for it, or cancel it.",
            details: [
                CoreError.Detail(
                    path: "on_edit_while_running",
                    code: "running",
                    message: "execution \(execution.id) has not ended"
                )
            ]
        )
    }

    package static func withoutWaves(_ run: RunID) -> CoreError {
        CoreError(.conflict, "Run \(run) does not go in waves.")
    }

    package static let noWaveLeft = CoreError(.conflict, "No further wave of this run is to begin.")
    package static let wavesNotHeld = CoreError(.conflict, "Nobody holds the waves of this run.")

    package static func noGroup(_ id: GroupID) -> CoreError {
        CoreError(.notFound, "There is no group \(id). List the groups and choose one of them.")
    }

    package static func noAgent(_ id: AgentID) -> CoreError {
        CoreError(.notFound, "There is no agent '\(id)'. It may have been deleted, or was never enrolled.")
    }

    package static func noExecution(_ id: ExecutionID) -> CoreError {
        CoreError(.notFound, "There is no execution \(id). It may be older than the retention time.")
    }

    package static func noUser(_ id: UserID) -> CoreError { CoreError(.notFound, "There is no user \(id).") }

    package static func noSecret(_ name: String) -> CoreError {
        CoreError(.notFound, "There is no secret '\(name)'. Set it first, with its value.")
    }

    package static func secretNameTaken(_ name: String) -> CoreError {
        self.nameTaken("A secret named '\(name)' exists already. Choose another name.")
    }

    package static func secretMoved(_ name: String) -> CoreError {
        CoreError(.conflict, "The secret '\(name)' was set by somebody else in the meantime. Try again.")
    }

    package static func secretInUse(_ name: String, jobs: [Job]) -> CoreError {
        let named = jobs.prefix(5).map { "'\($0.definition.name)' (task \($0.id))" }.joined(separator: ", ")
        let more: Wording = jobs.count > 5 ? " and \(jobs.count - 5) more" : ""
        return CoreError(
            .inUse,
            "The secret '\(name)' is named by \(named)\(more), which could not run without it. Change them first, or force it."
        )
    }

    package static func secretInUse(_ name: String, channels: [String]) -> CoreError {
        let named = channels.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        let more: Wording = channels.count > 5 ? " and \(channels.count - 5) more" : ""
        return CoreError(
            .inUse,
            "The secret '\(name)' is named by channels of notifications: \(named)\(more). They could not send without it. Change them first, or force it."
        )
    }

    package static let keyMissing = CoreError(
        .unavailable,
        "secret_unavailable: the server has lost its master key. Restore secrets.key from its backup."
    )

    package static func noCalendar(_ name: String) -> CoreError {
        CoreError(.notFound, "There is no calendar '\(name)'. It may have been deleted.")
    }

    package static func calendarMoved(_ name: String) -> CoreError {
        CoreError(.conflict, "The calendar '\(name)' was changed by somebody else in the meantime. Try again.")
    }

    package static func calendarInUse(_ name: String, jobs: [Job]) -> CoreError {
        let named = jobs.prefix(5).map { "'\($0.definition.name)' (task \($0.id))" }.joined(separator: ", ")
        let more: Wording = jobs.count > 5 ? " and \(jobs.count - 5) more" : ""
        return CoreError(.inUse, "The calendar '\(name)' is used by \(named)\(more). Take it out there first.")
    }

    package static let tooManyCalendars = CoreError(
        .conflict,
        "There are \(HolidayCalendar.limit) calendars. Delete one first."
    )

    package static func noRole(_ name: String) -> CoreError {
        CoreError(.notFound, "There is no role '\(name)'. List the roles and choose one of them.")
    }

    package static func roleNameTaken(_ name: String) -> CoreError {
        self.nameTaken("A role named '\(name)' exists already. Choose another name.")
    }

    package static func roleInUse(_ name: String, users: [String]) -> CoreError {
        let named = users.prefix(5).joined(separator: ", ")
        let more: Wording = users.count > 5 ? " and \(users.count - 5) more" : ""
        return CoreError(.inUse, "\(named)\(more) have the role '\(name)'. Take it from them first.")
    }

    package static let tooManyRoles = CoreError(.conflict, "There are \(OwnRole.limit) roles. Delete one first.")

    package static let secondFactorThere = CoreError(
        .conflict,
        "There is a second factor already, or none that waits for its first code. Turn it off first, or begin again."
    )

    package static let noSecondFactor = CoreError(.conflict, "There is no second factor. Set one up first.")

    package static let settingsMoved = CoreError(
        .conflict,
        "Settings were changed by somebody else in the meantime. Read them again and repeat your change."
    )

    package static func noToken(_ id: Int64) -> CoreError {
        CoreError(.notFound, "There is no token \(id). It may have been deleted already.")
    }

    package static func tokenNameTaken(_ name: String) -> CoreError {
        self.nameTaken("You have a token named '\(name)' already. Choose another name, or delete that one.")
    }

    package static let tooManyTokens = CoreError(
        .conflict,
        "A user has at most \(APIToken.limit) tokens. Delete some that are not used any more."
    )

    package static func noSavedView(_ id: Int64) -> CoreError {
        CoreError(.notFound, "You have no view \(id). It may have been deleted already.")
    }

    package static let tooManySavedViews = CoreError(
        .conflict,
        "You have \(SavedView.limit) views of this list already. Forget one first."
    )

    package static let tooManyPreferences = CoreError(
        .conflict,
        "You have \(Preference.limit) preferences already. Forget some first."
    )

    package static func noSession(_ id: String) -> CoreError {
        CoreError(.notFound, "There is no session '\(id)'. It may have ended already.")
    }

    /// Says no more than that: who has the name may be somebody's secret.
    static func nameTaken(_ message: Wording, path: String = "name") -> CoreError {
        CoreError(.nameTaken, message, details: [.init(path: path, code: "name_taken", message: "this name is taken")])
    }

    package static func jobNameTaken(_ name: String) -> CoreError {
        self.nameTaken("A job named '\(name)' exists already. Choose another name.")
    }

    package static func channelNameTaken(_ name: String) -> CoreError {
        self.nameTaken("A channel named '\(name)' exists already. Choose another name.")
    }

    package static func noNotifyChannel(_ id: Int64) -> CoreError {
        CoreError(.notFound, "There is no channel \(id). List the channels and choose one of them.")
    }

    package static func noNotifyRule(_ id: Int64) -> CoreError {
        CoreError(.notFound, "There is no rule \(id). It may have been deleted.")
    }

    package static func noIncident(_ id: IncidentID) -> CoreError {
        CoreError(.notFound, "There is no incident \(id). It may be older than 30 days.")
    }

    package static func noDelivery(_ id: DeliveryID) -> CoreError {
        CoreError(.notFound, "There is no delivery \(id). It may be older than 30 days.")
    }

    package static func noSilence(_ id: Int64) -> CoreError {
        CoreError(.notFound, "There is no silence \(id). It may be older than 30 days.")
    }

    package static let tooManySilences = CoreError(
        .conflict,
        "There are \(NotifySilence.activeLimit) silences already. End some, or make one for a group or a label."
    )

    package static func noReportMail(_ id: Int64) -> CoreError {
        CoreError(.notFound, "There is no report by mail \(id). It may have been deleted.")
    }

    package static let tooManyReportMails = CoreError(
        .conflict,
        "There are \(ReportMail.limit) reports by mail already. Delete some, or add receivers to one that is there."
    )

    package static func channelSendsReports(_ name: String, reports: [String]) -> CoreError {
        let named = reports.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        return CoreError(.inUse, "The channel '\(name)' sends reports by mail: \(named). Change or delete those first.")
    }

    package static func channelInUse(_ name: String, rules: [String]) -> CoreError {
        let named = rules.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        let number: Wording = rules.count == 1 ? "a rule" : "\(rules.count) rules"
        let more: Wording = rules.count > 5 ? " and \(rules.count - 5) more" : ""
        return CoreError(
            .inUse,
            "The channel '\(name)' is named by \(number): \(named)\(more). "
                + "Change those first."
        )
    }

    package static func groupNameTaken(_ name: String) -> CoreError {
        self.nameTaken("A group named '\(name)' exists already. Choose another name.")
    }

    package static func usernameTaken(_ name: String) -> CoreError {
        self.nameTaken("A user named '\(name)' exists already. Choose another name.", path: "username")
    }

    package static func versionConflict(_ job: Job, expected: Int64) -> CoreError {
        CoreError(
            .conflict,
            "Job '\(job.definition.name)' was changed in the meantime: it is at version \(job.version), you changed "
                + "version \(expected). Load it again and repeat your change.",
            details: [.init(path: "version", code: "conflict", message: "version \(job.version) is stored")]
        )
    }

    package static func groupInUse(_ group: Group, jobs: [(id: JobID, name: String)], count: Int) -> CoreError {
        let named = jobs.map { "'\($0.name)' (task \($0.id))" }.joined(separator: ", ")
        let number: Wording = count == 1 ? "a job" : "\(count) jobs"
        let more: Wording = count > jobs.count ? " and \(count - jobs.count) more" : ""
        return CoreError(
            .inUse,
            "Group '\(group.name)' is bound to \(number): \(named)\(more). "
                + "Bind them to another group first."
        )
    }

    package static func groupHasRule(_ group: Group, number: Int) -> CoreError {
        CoreError(
            .inUse,
            "Rule \(number) puts hosts into group '\(group.name)'. Change the rules first."
        )
    }

    package static func builtInGroup(_ change: Wording) -> CoreError {
        CoreError(.forbidden, "The group 'all' is built in and can't be \(change): it always holds every agent.")
    }

    /// - Parameter name: of the host.
    package static func inMaintenance(_ name: String, _ period: MaintenancePeriod) -> CoreError {
        let reason = period.reason.map { " (\($0))" } ?? ""
        return CoreError(
            .conflict,
            "'\(name)' is in maintenance until \(period.end), as \(period.by) wants\(reason): nothing new starts there. "
                + "End the maintenance first, or name other hosts."
        )
    }

    package static func noTarget(_ name: String) -> CoreError {
        CoreError(
            .conflict,
            "Job '\(name)' reaches no agent, so there is nothing to start. Add agents to its groups, or choose others."
        )
    }

    package static func agentExists(_ id: AgentID) -> CoreError {
        CoreError(.conflict, "An agent '\(id)' is enrolled already. Delete it first, or enrol under another id.")
    }

    package static func auditMoved(_ chain: String) -> CoreError {
        CoreError(.conflict, "Somebody else sealed rows of the audit chain '\(chain)' meanwhile.")
    }

    package static func watchMoved(_ key: NotifyWatchMark.Key) -> CoreError {
        CoreError(.conflict, "Another server has looked at '\(key.trigger.rawValue)' of '\(key.rule)' meanwhile.")
    }

    package static func readerMoved(_ reader: String) -> CoreError {
        CoreError(.conflict, "Somebody else reads the event log as '\(reader)'.")
    }

    package static func noGrant(_ id: Int64) -> CoreError {
        CoreError(.notFound, "The user has no grant \(id). It may have been taken away already.")
    }

    package static func otherSignIn(_ user: User) -> CoreError {
        CoreError(
            .conflict,
            "'\(user.username)' is signed in by '\(user.provider ?? "")' and has no password here. Change it there.",
            details: [.init(path: "", code: "external_account", message: "signed in elsewhere")]
        )
    }

    package static func mappedGrant(_ provider: String) -> CoreError {
        CoreError(
            .conflict,
            "This role comes from the user's groups at '\(provider)' and would come back. Take the group away there, or "
                + "change the configuration's group map.",
            details: [.init(path: "", code: "mapped_grant", message: "given by '\(provider)'")]
        )
    }

    package static let lastAdministrator = CoreError(
        .conflict,
        "Nobody would be left who is administrator everywhere. Make somebody else administrator first.",
        details: [.init(path: "", code: "last_admin", message: "the last administrator")]
    )

    package static let badToken = CoreError(
        .forbidden,
        "This join token is unknown, has expired or was used before. Ask an administrator for a new one."
    )
}
