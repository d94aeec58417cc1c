// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What was done; bounded, as it becomes a filter.
package enum AuditAction: String, Sendable, CaseIterable {
    case jobCreate = "job.create"
    case jobUpdate = "job.update"
    case jobEnable = "job.enable"
    case jobDisable = "job.disable"
    case jobDelete = "job.delete"
    case jobRun = "job.run"
    /// A definition that was not saved, on one host.
    case jobTest = "job.test"
    case backfillCreate = "backfill.create"
    case backfillCancel = "backfill.cancel"
    case dependenciesReset = "job.dependencies_reset"
    case workflowCreate = "workflow.create"
    case workflowUpdate = "workflow.update"
    case workflowEnable = "workflow.enable"
    case workflowDisable = "workflow.disable"
    case workflowDelete = "workflow.delete"
    case workflowRun = "workflow.run"
    case workflowRerun = "workflow.rerun"
    case workflowCancel = "workflow.cancel"
    case workflowPause = "workflow.pause"
    case workflowResume = "workflow.resume"
    case workflowAbandon = "workflow.abandon"
    case workflowAnswer = "workflow.answer"
    case workflowMessage = "workflow.message"
    case executionRetry = "execution.retry"
    case executionCancel = "execution.cancel"
    case executionReport = "execution.report"
    /// Waves of a run, held, continued or stopped.
    case runWaves = "run.waves"
    case groupCreate = "group.create"
    case groupUpdate = "group.update"
    case groupDelete = "group.delete"
    case groupAdd = "group.add"
    case groupRemove = "group.remove"
    case groupRules = "group.rules"
    case agentLabels = "client.labels"
    case maintenanceBegin = "client.maintenance_begin"
    case maintenanceEnd = "client.maintenance_end"
    case joinTokenCreate = "join_token.create"
    case agentEnrol = "client.enrol"
    case agentDelete = "client.delete"
    case userCreate = "user.create"
    case grantAdd = "grant.add"
    case grantRemove = "grant.remove"
    /// Roles that groups of another system stand for.
    case grantMap = "grant.map"
    case roleCreate = "role.create"
    case roleUpdate = "role.update"
    case roleDelete = "role.delete"
    case userEnable = "user.enable"
    case userDisable = "user.disable"
    case userDelete = "user.delete"
    case userPassword = "user.password"
    case userRename = "user.rename"
    case secondFactorStart = "user.totp_start"
    case secondFactorEnd = "user.totp_end"
    case recoveryCodeUse = "user.recovery_code_use"
    case recoveryCodesRenew = "user.recovery_codes_renew"
    case signIn = "session.start"
    case signOut = "session.end"
    /// Somebody took all rights for a while.
    case glassBreak = "session.break_glass"
    case glassMend = "session.mend_glass"
    case tokenCreate = "token.create"
    case tokenDelete = "token.delete"
    case secretSet = "secret.set"
    case secretDelete = "secret.delete"
    case hookCreate = "hook.create"
    case hookUpdate = "hook.update"
    case hookDelete = "hook.delete"
    case secretDeliver = "secret.deliver"
    case calendarSet = "calendar.set"
    case calendarDelete = "calendar.delete"
    case schedulerStop = "scheduler.stop"
    case schedulerStart = "scheduler.start"
    case serverDrain = "server.drain"
    case serverResume = "server.resume"
    /// Hosts were spread evenly over the servers.
    case serverRebalance = "server.rebalance"
    case auditExport = "audit.export"
    case auditRead = "audit.read"
    case outputRead = "execution.output_read"
    case runExport = "run.export"
    /// A change that was refused to somebody who is signed in.
    case requestDenied = "request.denied"
    case settingUpdate = "setting.update"
    case installationRestore = "installation.restore"
    case channelCreate = "channel.create"
    case channelUpdate = "channel.update"
    case channelDelete = "channel.delete"
    case notifyRuleCreate = "notify_rule.create"
    case notifyRuleUpdate = "notify_rule.update"
    case notifyRuleDelete = "notify_rule.delete"
    case incidentAcknowledge = "incident.acknowledge"
    case silenceCreate = "silence.create"
    case silenceEnd = "silence.end"
    case deliveryResend = "delivery.resend"
    case reportMailCreate = "report_mail.create"
    case reportMailUpdate = "report_mail.update"
    case reportMailDelete = "report_mail.delete"
    case approvalRequest = "approval.request"
    case approvalApprove = "approval.approve"
    case approvalReject = "approval.reject"
    case approvalWithdraw = "approval.withdraw"
    case approvalExpire = "approval.expire"
    /// Approved, and came to nothing.
    case approvalFail = "approval.fail"
}

/// What something was done to.
package struct AuditObject: Hashable, Sendable {
    package let kind: String
    package let id: String
    package let name: String?

    package init(_ kind: String, _ id: String, name: String? = nil) {
        self.kind = kind
        self.id = id
        self.name = name
    }
}

/// One row of the audit.
///
/// ``chain`` to ``hash`` are nil until the row is sealed, which happens moments after its transaction.
package struct AuditEntry: Hashable, Sendable {
    package enum Outcome: String, Sendable, CaseIterable {
        case ok, denied, failed
    }

    package struct Seal: Hashable, Sendable {
        package let chain: String
        package let sequence: Int64
        /// Names the key.
        package let kid: String
        /// HMAC-SHA256 over the row and the hash of the row before.
        package let hash: [UInt8]

        package init(chain: String, sequence: Int64, kid: String, hash: [UInt8]) {
            self.chain = chain
            self.sequence = sequence
            self.kid = kid
            self.hash = hash
        }
    }

    /// The store's own number; rises with time.
    package var id: Int64
    package var change: Change
    package var action: AuditAction
    package var object: AuditObject?
    /// The groups of the object, ascending: whoever may read the audit of one of them sees the row.
    package var groups: [GroupID]
    package var outcome: Outcome
    /// Bounded words such as `break_glass`, sorted.
    package var flags: [String]
    /// ``AuditDiff``'s text.
    package var diff: String?
    package var seal: Seal?

    package init(
        id: Int64 = 0,
        change: Change,
        action: AuditAction,
        object: AuditObject?,
        groups: [GroupID] = [],
        outcome: Outcome = .ok,
        flags: [String] = [],
        diff: String? = nil,
        seal: Seal? = nil
    ) {
        self.id = id
        self.change = change
        self.action = action
        self.object = object
        self.groups = groups.sorted()
        self.outcome = outcome
        self.flags = flags.sorted()
        self.diff = diff
        self.seal = seal
    }
}
