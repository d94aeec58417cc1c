// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowCrash
import GRDB

/// The schema's history, one file per step.
///
/// A released step is never changed: a new one is added.
enum Migrations {
    static let steps: [(name: String, sql: String)] = [
        ("001 jobs", Migration001Jobs.sql),
        ("002 agents", Migration002Agents.sql),
        ("003 executions", Migration003Executions.sql),
        ("004 logs", Migration004Logs.sql),
        ("005 users", Migration005Users.sql),
        ("006 fires", Migration006Fires.sql),
        ("010 growth", Migration010Growth.sql),
        ("011 owed fires", Migration011OwedFires.sql),
        ("012 configuration changes", Migration012ConfigChanges.sql),
        ("015 audit", Migration015Audit.sql),
        ("016 grants", Migration016Grants.sql),
        ("017 accounts", Migration017Accounts.sql),
        ("018 api tokens", Migration018APITokens.sql),
        ("019 secrets", Migration019Secrets.sql),
        ("020 certificates", Migration020Certificates.sql),
        ("025 attempts", Migration025Attempts.sql),
        ("030 forced cancels", Migration030ForcedCancels.sql),
        ("050 events", Migration050Events.sql),
        ("051 notifications", Migration051Notifications.sql),
        ("060 labels", Migration060Labels.sql),
        ("070 dependencies", Migration070Dependencies.sql),
        ("071 deadlines", Migration071Deadlines.sql),
        ("080 settings", Migration080Settings.sql),
        ("081 second factors", Migration081SecondFactors.sql),
        ("082 roles", Migration082Roles.sql),
        ("092 holds", Migration092Holds.sql),
        ("098 recital", Migration098Recital.sql),
        ("110 workflows", Migration110Workflows.sql),
        ("120 calendars", Migration120Calendars.sql),
        ("140 hooks", Migration140Hooks.sql),
        ("150 output", Migration150Output.sql),
        ("151 archive", Migration151Archive.sql),
        ("152 host statistics", Migration152HostStatistics.sql),
        ("154 placement", Migration154Placement.sql),
        ("155 outputs", Migration155Outputs.sql),
        ("156 scheduler stops", Migration156SchedulerStops.sql),
        ("158 sign-on", Migration158SignOn.sql),
        ("160 versions", Migration160Versions.sql),
        ("167 authorities", Migration167Authorities.sql),
        ("173 data times", Migration173DataTimes.sql),
        ("174 backfills", Migration174Backfills.sql),
        ("177 own work", Migration177OwnWork.sql),
        ("180 approvals", Migration180Approvals.sql),
        ("185 maintenances", Migration185Maintenances.sql),
        ("187 silences", Migration187Silences.sql),
        ("188 failures", Migration188Failures.sql),
        ("190 secret parameters", Migration190SecretParameters.sql),
        ("191 waves", Migration191Waves.sql),
        ("196 test runs", Migration196TestRuns.sql),
        ("197 ended index", Migration197EndedIndex.sql),
        ("178 approval likeness", Migration178ApprovalLikeness.sql),
        ("179 broken glass", Migration179BrokenGlass.sql),
        ("235 report mails", Migration235ReportMails.sql),
        ("250 workflow queue", Migration250WorkflowQueue.sql),
        ("225 nested workflows", Migration225NestedWorkflows.sql),
        ("258 saved views", Migration258SavedViews.sql),
        ("245 watches", Migration245Watches.sql),
        ("269 listed jobs", Migration269ListedJobs.sql),
        ("260 events that start tasks", Migration260Events.sql),
        ("265 fresh places", Migration265FreshPlaces.sql),
        ("266 workflow versions", Migration266WorkflowVersions.sql),
        ("270 runs that ended badly", Migration270BadRuns.sql),
        ("282 files that start tasks", Migration282Files.sql),
        ("286 own host", Migration286OwnHost.sql),
        ("320 preferences", Migration320Preferences.sql),
    ]

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for step in Self.steps {
            migrator.registerMigration(step.name) { db in
                CrashPoint.reach("server.migration.begun")
                try db.execute(sql: step.sql)
                CrashPoint.reach("server.migration.written")
            }
        }
        return migrator
    }

    /// A step that no version has: with it no server starts with the file again, an older one neither.
    private static let retired = "moved to PostgreSQL"

    /// - Parameter mayBeRetired: for the move itself, which is repeated when it was cut off at its end.
    /// - Throws: `unavailable` when a newer version of QuartzFlow wrote the database, or it was moved elsewhere.
    static func migrate(_ writer: some DatabaseWriter, mayBeRetired: Bool = false) throws {
        if try !(mayBeRetired && self.isRetired(writer)) { try self.refuseNewer(writer) }
        try self.migrator.migrate(writer)
    }

    /// Steps that this version would take, in their order.
    ///
    /// - Throws: as ``migrate(_:mayBeRetired:)``.
    static func missing(_ reader: some DatabaseReader) throws -> [String] {
        try self.refuseNewer(reader)
        let done = try reader.read { try self.migrator.appliedIdentifiers($0) }
        return self.steps.map(\.name).filter { !done.contains($0) }
    }

    /// Marks a database whose rows are somewhere else from now on.
    static func retire(_ db: GRDB.Database) throws {
        try db.execute(
            sql: "INSERT INTO grdb_migrations (identifier) VALUES (?) ON CONFLICT DO NOTHING",
            arguments: [self.retired]
        )
    }

    static func isRetired(_ reader: some DatabaseReader) throws -> Bool {
        try reader.read { db in try self.migrator.appliedIdentifiers(db).contains(self.retired) }
    }

    /// Makes sure that the schema is the one of this version, and changes nothing.
    ///
    /// - Throws: `unavailable` when it is not.
    static func requireCurrent(_ reader: some DatabaseReader) throws {
        try self.refuseNewer(reader)
        guard try reader.read({ try self.migrator.hasCompletedMigrations($0) }) else {
            throw CoreError(
                .unavailable,
                "A server of an older version runs with this database. Use the command of that version, or upgrade the "
                    + "server first."
            )
        }
    }

    /// - Throws: `unavailable` when a newer version of QuartzFlow wrote the database.
    static func refuseNewer(_ reader: some DatabaseReader) throws {
        guard try !self.isRetired(reader) else {
            throw CoreError(
                .unavailable,
                "This database was moved to PostgreSQL, and what happened since is there. Set database.url to that database; "
                    + "to go back to the time before, restore a back-up."
            )
        }
        guard try !reader.read({ try self.migrator.hasBeenSuperseded($0) }) else {
            throw CoreError(
                .unavailable,
                "A newer version of QuartzFlow wrote this database. Install that version, or restore an older backup."
            )
        }
    }
}
