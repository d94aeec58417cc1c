// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes

/// Every route of the API: method, path and who may use it, in one table.
///
/// The switch below is exhaustive, so a route without a declared access does not compile; the router, the permission
/// check and the tests all read this table and nothing else (`reliability.md`, attack classes 1 and 3).
enum Endpoint: String, CaseIterable, Sendable {
    case signIn, signOut, whoAmI, changePassword, listOwnSessions, endOtherSessions, endOwnSession
    case explainAccess, breakGlass, mendGlass, startOIDC, returnFromOIDC, redeemOIDC
    case signInCode, getTOTP, beginTOTP, confirmTOTP, endTOTP, renewRecoveryCodes, resetTOTP
    case listTasks, createTask, getTask, updateTask, deleteTask, enableTask, disableTask, triggerTask, parseCron
    case explainTask, taskUpcoming, taskPlacement, taskRollout, listOwed, testTask, shiftTask
    case listVersions, getVersion, restoreVersion
    case getDependencies, setDependencies, listDependents, resetDependencies, startDependent
    case checkTasks, taskFileSchema
    case bulkTasks, stopExecutions, retryExecutions
    case listGroups, createGroup, updateGroup, deleteGroup, listMembers, addMembers, removeMember
    case createJoinToken, listClients, deleteClient, setClientLabels, clientStatistics, clientDays
    case beginMaintenance, endMaintenance
    case getGroupRules, setGroupRules, previewGroupRules, applyGroupRules
    case listExecutions, executionStatistics, getExecution, getLog, searchLog, cancelExecution, retryExecution
    case listRuns, getRun, stopRun, retryRun, exportRun, holdWaves, continueWaves, stopWaves
    case backfillTask, listBackfills, getBackfill, cancelBackfill
    case listApprovals, getApproval, approveRequest, rejectRequest, withdrawRequest
    case listHooks, createHook, updateHook, deleteHook, listHookDeliveries, receiveHook, receiveHookToken
    case sendMessage, dependencyMap
    case listWorkflowVersions, getWorkflowVersion
    case recentExecutions, executionTrend, punctuality, runReport, failureReport, upcomingFires
    case listChannels, createChannel, updateChannel, deleteChannel, testChannel
    case listNotifyRules, createNotifyRule, updateNotifyRule, deleteNotifyRule, previewNotification
    case listIncidents, acknowledgeIncident, listDeliveries, resendDelivery
    case listSilences, createSilence, endSilence
    case listReportMails, createReportMail, updateReportMail, deleteReportMail, sendReportMail
    case listUsers, createUser, getUser, renameUser, deleteUser, enableUser, disableUser, resetPassword
    case listRoles, createRole, updateRole, deleteRole
    case addGrant, removeGrant, listSessions, endSessions, endSession
    case listTokens, createToken, deleteToken
    case listViews, keepView, deleteView
    case getPreferences, changePreferences
    case listSecrets, getSecret, setSecret, deleteSecret
    case listWorkflows, createWorkflow, getWorkflow, updateWorkflow, deleteWorkflow, enableWorkflow, disableWorkflow
    case runWorkflow, dryRunWorkflow, listWorkflowRuns, getWorkflowRun, cancelWorkflowRun, pauseWorkflowRun,
        resumeWorkflowRun
    case abandonWorkflowRun, rerunWorkflowRun, answerWorkflowStep, messageWorkflowRun
    case listCalendars, getCalendar, setCalendar, deleteCalendar
    case getSettings, changeSettings
    case clusterStatus
    case drainServer, resumeServer, rebalanceServers
    case schedulerStatus, stopScheduler, startScheduler
    case listAudit, exportAudit
    case reportClientError, listClientErrors
    case overview, health, ready, version, metrics, openAPI, live, events
    case plainHealth, plainReady, plainMetrics, plainOpenAPI
    case s0ListTasks, s0CreateTask, s0GetTask, s0UpdateTask, s0DeleteTask, s0PauseTask, s0ResumeTask, s0TriggerTask
    case s0Logs, s0Workers, s0Report, s2History
    case s4Health, s4Status, s4Start, s4Stop, s4ListTasks, s4CreateTask, s4GetTask, s4UpdateTask, s4DeleteTask
    case s4PauseTask, s4ResumeTask, s4ReorderTask, s4AccountTasks

    /// Who may use a route.
    enum Access: Hashable, Sendable {
        case everyone
        case signedIn
        case needs(Permission)
        /// `metrics:read`, or a direct connection from the server's own host (a scraper beside it).
        case metrics
    }

    struct Declaration: Sendable {
        let method: HTTPRequest.Method
        /// In the router's notation: `{name}` stands for one segment.
        let path: String
        let access: Access

        init(_ method: HTTPRequest.Method, _ path: String, _ access: Access) {
            self.method = method
            self.path = path
            self.access = access
        }
    }

    static let base = "/api/v1"

    var declaration: Declaration {
        switch self {
        case .signIn: self.api(.post, "/auth/login", .everyone)
        case .signOut: self.api(.post, "/auth/logout", .signedIn)
        case .whoAmI: self.api(.get, "/auth/me", .signedIn)
        case .changePassword: self.api(.post, "/auth/password", .signedIn)
        case .listOwnSessions: self.api(.get, "/auth/sessions", .signedIn)
        case .endOtherSessions: self.api(.delete, "/auth/sessions", .signedIn)
        case .endOwnSession: self.api(.delete, "/auth/sessions/{session_id}", .signedIn)
        case .breakGlass: self.api(.post, "/auth/break-glass", .needs(.breakGlassUse))
        case .mendGlass: self.api(.delete, "/auth/break-glass", .signedIn)
        // About others it takes the right to see them.
        case .explainAccess: self.api(.get, "/access/explain", .signedIn)
        case .signInCode: self.api(.post, "/auth/login/totp", .everyone)
        case .startOIDC: self.api(.get, "/auth/oidc/{provider}/start", .everyone)
        case .returnFromOIDC: self.api(.get, "/auth/oidc/{provider}/callback", .everyone)
        case .redeemOIDC: self.api(.post, "/auth/oidc/{provider}/redeem", .everyone)
        case .getTOTP: self.api(.get, "/auth/totp", .signedIn)
        case .beginTOTP: self.api(.post, "/auth/totp", .signedIn)
        case .confirmTOTP: self.api(.post, "/auth/totp/confirm", .signedIn)
        case .endTOTP: self.api(.post, "/auth/totp/disable", .signedIn)
        case .renewRecoveryCodes: self.api(.post, "/auth/totp/recovery-codes", .signedIn)
        case .resetTOTP: self.api(.delete, "/users/{id}/totp", .needs(.usersWrite))

        case .listTasks: self.api(.get, "/tasks", .needs(.jobsRead))
        case .createTask: self.api(.post, "/tasks", .needs(.jobsWrite))
        case .parseCron: self.api(.get, "/tasks/cron/parse", .needs(.jobsRead))
        case .getTask: self.api(.get, "/tasks/{id}", .needs(.jobsRead))
        case .updateTask: self.api(.put, "/tasks/{id}", .needs(.jobsWrite))
        case .deleteTask: self.api(.delete, "/tasks/{id}", .needs(.jobsWrite))
        case .enableTask: self.api(.post, "/tasks/{id}/enable", .needs(.jobsRun))
        case .disableTask: self.api(.post, "/tasks/{id}/disable", .needs(.jobsRun))
        case .taskRollout: self.api(.get, "/tasks/{id}/rollout", .needs(.jobsRead))
        case .listOwed: self.api(.get, "/tasks/{id}/owed", .needs(.jobsRead))
        case .listVersions: self.api(.get, "/tasks/{id}/versions", .needs(.jobsRead))
        case .getVersion: self.api(.get, "/tasks/{id}/versions/{version}", .needs(.jobsRead))
        case .restoreVersion: self.api(.post, "/tasks/{id}/versions/{version}/restore", .needs(.jobsWrite))
        case .triggerTask: self.api(.post, "/tasks/{id}/trigger", .needs(.jobsRun))
        case .shiftTask: self.api(.post, "/tasks/{id}/shift", .needs(.jobsWrite))
        // Saving it is asked for besides.
        case .testTask: self.api(.post, "/tasks/test-run", .needs(.jobsRun))
        case .explainTask: self.api(.get, "/tasks/{id}/explain", .needs(.jobsRead))
        case .taskUpcoming: self.api(.get, "/tasks/{id}/upcoming", .needs(.jobsRead))
        case .taskPlacement: self.api(.get, "/tasks/{id}/placement", .needs(.executionsRead))

        case .getDependencies: self.api(.get, "/tasks/{id}/dependencies", .needs(.jobsRead))
        case .setDependencies: self.api(.put, "/tasks/{id}/dependencies", .needs(.jobsWrite))
        case .listDependents: self.api(.get, "/tasks/{id}/dependents", .needs(.jobsRead))
        case .resetDependencies: self.api(.post, "/tasks/{id}/dependencies/reset", .needs(.jobsRun))
        case .startDependent: self.api(.post, "/tasks/{id}/dependencies/start", .needs(.jobsRun))

        case .listWorkflows: self.api(.get, "/workflows", .needs(.jobsRead))
        case .createWorkflow: self.api(.post, "/workflows", .needs(.jobsWrite))
        case .getWorkflow: self.api(.get, "/workflows/{id}", .needs(.jobsRead))
        case .listWorkflowVersions: self.api(.get, "/workflows/{id}/versions", .needs(.jobsRead))
        case .getWorkflowVersion: self.api(.get, "/workflows/{id}/versions/{version}", .needs(.jobsRead))
        case .updateWorkflow: self.api(.put, "/workflows/{id}", .needs(.jobsWrite))
        case .deleteWorkflow: self.api(.delete, "/workflows/{id}", .needs(.jobsWrite))
        case .enableWorkflow: self.api(.post, "/workflows/{id}/enable", .needs(.jobsRun))
        case .disableWorkflow: self.api(.post, "/workflows/{id}/disable", .needs(.jobsRun))
        case .runWorkflow: self.api(.post, "/workflows/{id}/run", .needs(.jobsRun))
        case .dryRunWorkflow: self.api(.post, "/workflows/{id}/dry-run", .needs(.jobsRun))
        case .listWorkflowRuns: self.api(.get, "/workflow-runs", .needs(.executionsRead))
        case .getWorkflowRun: self.api(.get, "/workflow-runs/{id}", .needs(.executionsRead))
        case .cancelWorkflowRun: self.api(.post, "/workflow-runs/{id}/cancel", .needs(.executionsCancel))
        case .pauseWorkflowRun: self.api(.post, "/workflow-runs/{id}/pause", .needs(.jobsRun))
        case .resumeWorkflowRun: self.api(.post, "/workflow-runs/{id}/resume", .needs(.jobsRun))
        case .abandonWorkflowRun: self.api(.post, "/workflow-runs/{id}/abandon", .needs(.executionsKill))
        case .rerunWorkflowRun: self.api(.post, "/workflow-runs/{id}/rerun", .needs(.jobsRun))
        case .messageWorkflowRun: self.api(.post, "/workflow-runs/{id}/messages", .needs(.jobsRun))
        case .answerWorkflowStep:
            self.api(.post, "/workflow-runs/{id}/nodes/{key}/answer", .needs(.approvalsDecide))

        case .bulkTasks: self.api(.post, "/tasks/bulk", .needs(.jobsRun))
        case .stopExecutions: self.api(.post, "/executions/bulk/stop", .needs(.executionsCancel))
        case .retryExecutions: self.api(.post, "/executions/bulk/retry", .needs(.jobsRun))

        case .checkTasks: self.api(.post, "/task-files/check", .needs(.jobsWrite))
        // Editors fetch it, who have no credential; it says no more than /openapi.json.
        case .taskFileSchema: self.api(.get, "/task-files/schema.json", .everyone)

        case .listGroups: self.api(.get, "/groups", .needs(.groupsRead))
        case .createGroup: self.api(.post, "/groups", .needs(.groupsWrite))
        case .updateGroup: self.api(.put, "/groups/{id}", .needs(.groupsWrite))
        case .deleteGroup: self.api(.delete, "/groups/{id}", .needs(.groupsWrite))
        case .listMembers: self.api(.get, "/groups/{id}/clients", .needs(.groupsRead))
        case .addMembers: self.api(.post, "/groups/{id}/clients", .needs(.groupsWrite))
        case .removeMember: self.api(.delete, "/groups/{id}/clients/{client_id}", .needs(.groupsWrite))

        case .createJoinToken: self.api(.post, "/join-tokens", .needs(.agentsWrite))
        case .listClients: self.api(.get, "/clients", .needs(.agentsRead))
        case .deleteClient: self.api(.delete, "/clients/{id}", .needs(.agentsWrite))
        case .setClientLabels: self.api(.put, "/clients/{id}/labels", .needs(.agentsWrite))
        case .beginMaintenance: self.api(.put, "/clients/{id}/maintenance", .needs(.agentsWrite))
        case .endMaintenance: self.api(.delete, "/clients/{id}/maintenance", .needs(.agentsWrite))
        case .clientStatistics: self.api(.get, "/clients/{id}/stats", .needs(.executionsRead))
        case .clientDays: self.api(.get, "/clients/{id}/days", .needs(.executionsRead))

        case .getGroupRules: self.api(.get, "/group-rules", .needs(.groupsRead))
        case .setGroupRules: self.api(.put, "/group-rules", .needs(.groupsWrite))
        case .previewGroupRules: self.api(.post, "/group-rules/preview", .needs(.groupsRead))
        case .applyGroupRules: self.api(.post, "/group-rules/apply", .needs(.groupsWrite))

        case .listExecutions: self.api(.get, "/executions", .needs(.executionsRead))
        case .executionStatistics: self.api(.get, "/executions/stats", .needs(.executionsRead))
        case .getExecution: self.api(.get, "/executions/{id}", .needs(.executionsRead))
        case .getLog: self.api(.get, "/executions/{id}/logs", .needs(.logsRead))
        case .searchLog: self.api(.get, "/executions/{id}/logs/search", .needs(.logsRead))
        case .cancelExecution: self.api(.post, "/executions/{id}/cancel", .needs(.executionsCancel))
        case .retryExecution: self.api(.post, "/executions/{id}/retry", .needs(.jobsRun))

        case .listRuns: self.api(.get, "/runs", .needs(.executionsRead))
        case .getRun: self.api(.get, "/runs/{id}", .needs(.executionsRead))
        case .stopRun: self.api(.post, "/runs/{id}/stop", .needs(.executionsCancel))
        case .holdWaves: self.api(.post, "/runs/{id}/waves/hold", .needs(.executionsCancel))
        case .continueWaves: self.api(.post, "/runs/{id}/waves/continue", .needs(.jobsRun))
        case .stopWaves: self.api(.post, "/runs/{id}/waves/stop", .needs(.executionsCancel))
        case .retryRun: self.api(.post, "/runs/{id}/retry", .needs(.jobsRun))
        case .exportRun: self.api(.get, "/runs/{id}/export", .needs(.executionsRead))

        case .backfillTask: self.api(.post, "/tasks/{id}/backfill", .needs(.jobsRun))
        case .listBackfills: self.api(.get, "/tasks/{id}/backfills", .needs(.jobsRead))
        case .getBackfill: self.api(.get, "/backfills/{backfill_id}", .needs(.jobsRead))
        case .cancelBackfill: self.api(.post, "/backfills/{backfill_id}/cancel", .needs(.jobsRun))

        // One's own requests are for everyone who may read tasks; those of others need approvals:decide on their groups.
        case .listApprovals: self.api(.get, "/approvals", .needs(.jobsRead))
        case .getApproval: self.api(.get, "/approvals/{approval_id}", .needs(.jobsRead))
        case .approveRequest: self.api(.post, "/approvals/{approval_id}/approve", .needs(.approvalsDecide))
        case .rejectRequest: self.api(.post, "/approvals/{approval_id}/reject", .needs(.approvalsDecide))
        case .withdrawRequest: self.api(.post, "/approvals/{approval_id}/withdraw", .needs(.jobsRead))

        case .listHooks: self.api(.get, "/tasks/{id}/hooks", .needs(.jobsRead))
        case .createHook: self.api(.post, "/tasks/{id}/hooks", .needs(.jobsWrite))
        case .updateHook: self.api(.put, "/tasks/{id}/hooks/{hook_id}", .needs(.jobsWrite))
        case .deleteHook: self.api(.delete, "/tasks/{id}/hooks/{hook_id}", .needs(.jobsWrite))
        case .listHookDeliveries: self.api(.get, "/hooks/{hook_id}/deliveries", .needs(.jobsRead))
        // It starts only what the sender may run.
        case .sendMessage: self.api(.post, "/messages", .needs(.jobsRun))
        case .dependencyMap: self.api(.get, "/tasks/{id}/graph", .needs(.jobsRead))
        // Whoever calls shows a signature or a secret instead.
        case .receiveHook: Declaration(.post, "/hooks/{hook_id}", .everyone)
        case .receiveHookToken: Declaration(.post, "/hooks/{hook_id}/{hook_token}", .everyone)

        case .recentExecutions: self.api(.get, "/executions/recent", .needs(.executionsRead))
        case .executionTrend: self.api(.get, "/executions/trend", .needs(.executionsRead))
        case .punctuality: self.api(.get, "/executions/punctuality", .needs(.executionsRead))
        case .runReport: self.api(.get, "/reports/runs", .needs(.executionsRead))
        case .failureReport: self.api(.get, "/reports/fingerprints", .needs(.executionsRead))
        case .upcomingFires: self.api(.get, "/upcoming", .needs(.jobsRead))

        case .listUsers: self.api(.get, "/users", .needs(.usersRead))
        case .createUser: self.api(.post, "/users", .needs(.usersWrite))
        case .getUser: self.api(.get, "/users/{id}", .needs(.usersRead))
        case .renameUser: self.api(.put, "/users/{id}", .needs(.usersWrite))
        case .deleteUser: self.api(.delete, "/users/{id}", .needs(.usersWrite))
        case .enableUser: self.api(.post, "/users/{id}/enable", .needs(.usersWrite))
        case .disableUser: self.api(.post, "/users/{id}/disable", .needs(.usersWrite))
        case .resetPassword: self.api(.post, "/users/{id}/reset-password", .needs(.usersWrite))
        case .listRoles: self.api(.get, "/roles", .needs(.usersRead))
        case .createRole: self.api(.post, "/roles", .needs(.usersWrite))
        case .updateRole: self.api(.put, "/roles/{name}", .needs(.usersWrite))
        case .deleteRole: self.api(.delete, "/roles/{name}", .needs(.usersWrite))
        case .addGrant: self.api(.post, "/users/{id}/grants", .needs(.usersWrite))
        case .removeGrant: self.api(.delete, "/users/{id}/grants/{grant_id}", .needs(.usersWrite))
        case .listSessions: self.api(.get, "/users/{id}/sessions", .needs(.usersRead))
        case .endSessions: self.api(.delete, "/users/{id}/sessions", .needs(.usersWrite))
        case .endSession: self.api(.delete, "/users/{id}/sessions/{session_id}", .needs(.usersWrite))

        case .listTokens: self.api(.get, "/tokens", .signedIn)
        case .createToken: self.api(.post, "/tokens", .signedIn)
        case .deleteToken: self.api(.delete, "/tokens/{id}", .signedIn)

        // Each about the own ones only.
        case .listViews: self.api(.get, "/views", .signedIn)
        case .keepView: self.api(.post, "/views", .signedIn)
        case .deleteView: self.api(.delete, "/views/{id}", .signedIn)
        case .getPreferences: self.api(.get, "/preferences", .signedIn)
        case .changePreferences: self.api(.patch, "/preferences", .signedIn)

        case .listSecrets: self.api(.get, "/secrets", .needs(.secretsUse))
        case .getSecret: self.api(.get, "/secrets/{name}", .needs(.secretsUse))
        case .setSecret: self.api(.put, "/secrets/{name}", .needs(.secretsWrite))
        case .deleteSecret: self.api(.delete, "/secrets/{name}", .needs(.secretsWrite))

        case .listCalendars: self.api(.get, "/calendars", .needs(.jobsRead))
        case .getCalendar: self.api(.get, "/calendars/{name}", .needs(.jobsRead))
        case .setCalendar: self.api(.put, "/calendars/{name}", .needs(.settingsWrite))
        case .deleteCalendar: self.api(.delete, "/calendars/{name}", .needs(.settingsWrite))

        case .getSettings: self.api(.get, "/settings", .needs(.settingsRead))
        case .changeSettings: self.api(.patch, "/settings", .needs(.settingsWrite))
        case .clusterStatus: self.api(.get, "/cluster", .needs(.metricsRead))
        case .drainServer: self.api(.post, "/cluster/{server}/drain", .needs(.settingsWrite))
        case .resumeServer: self.api(.post, "/cluster/{server}/resume", .needs(.settingsWrite))
        case .rebalanceServers: self.api(.post, "/cluster/rebalance", .needs(.settingsWrite))
        case .schedulerStatus: self.api(.get, "/scheduler", .needs(.jobsRead))
        case .stopScheduler: self.api(.post, "/scheduler/stop", .needs(.settingsWrite))
        case .startScheduler: self.api(.post, "/scheduler/start", .needs(.settingsWrite))

        case .listAudit: self.api(.get, "/audit", .needs(.auditRead))
        case .exportAudit: self.api(.get, "/audit/export", .needs(.auditExport))

        case .listChannels: self.api(.get, "/notify/channels", .needs(.notifyRead))
        case .createChannel: self.api(.post, "/notify/channels", .needs(.channelsWrite))
        case .updateChannel: self.api(.put, "/notify/channels/{id}", .needs(.channelsWrite))
        case .deleteChannel: self.api(.delete, "/notify/channels/{id}", .needs(.channelsWrite))
        case .testChannel: self.api(.post, "/notify/channels/{id}/test", .needs(.channelsWrite))
        case .listNotifyRules: self.api(.get, "/notify/rules", .needs(.notifyRead))
        case .createNotifyRule: self.api(.post, "/notify/rules", .needs(.notifyWrite))
        case .updateNotifyRule: self.api(.put, "/notify/rules/{id}", .needs(.notifyWrite))
        case .deleteNotifyRule: self.api(.delete, "/notify/rules/{id}", .needs(.notifyWrite))
        case .previewNotification: self.api(.post, "/notify/preview", .needs(.notifyRead))
        case .listIncidents: self.api(.get, "/notify/incidents", .needs(.notifyRead))
        case .acknowledgeIncident: self.api(.post, "/notify/incidents/{id}/ack", .needs(.notifyWrite))
        case .listDeliveries: self.api(.get, "/notify/deliveries", .needs(.notifyRead))
        case .listSilences: self.api(.get, "/notify/silences", .needs(.notifyRead))
        case .createSilence: self.api(.post, "/notify/silences", .needs(.notifyWrite))
        case .endSilence: self.api(.post, "/notify/silences/{id}/end", .needs(.notifyWrite))
        case .listReportMails: self.api(.get, "/notify/reports", .needs(.notifyRead))
        case .createReportMail: self.api(.post, "/notify/reports", .needs(.notifyWrite))
        case .updateReportMail: self.api(.put, "/notify/reports/{id}", .needs(.notifyWrite))
        case .deleteReportMail: self.api(.delete, "/notify/reports/{id}", .needs(.notifyWrite))
        case .sendReportMail: self.api(.post, "/notify/reports/{id}/send", .needs(.notifyWrite))
        case .resendDelivery: self.api(.post, "/notify/deliveries/{id}/resend", .needs(.notifyWrite))

        case .reportClientError: self.api(.post, "/client-errors", .signedIn)
        case .listClientErrors: self.api(.get, "/client-errors", .needs(.settingsRead))

        case .overview: self.api(.get, "/stats", .needs(.executionsRead))
        case .health: self.api(.get, "/health", .everyone)
        case .ready: self.api(.get, "/readyz", .everyone)
        case .version: self.api(.get, "/version", .everyone)
        case .metrics: self.api(.get, "/metrics", .metrics)
        case .openAPI: self.api(.get, "/openapi.json", .everyone)
        // Reached only by requests that do not ask for an upgrade; the upgrade authenticates by itself.
        case .live: self.api(.get, "/ws", .signedIn)

        // Each topic has a permission of its own.
        case .events: self.api(.get, "/events", .signedIn)

        case .plainHealth: Declaration(.get, "/health", .everyone)
        case .plainReady: Declaration(.get, "/readyz", .everyone)
        case .plainMetrics: Declaration(.get, "/metrics", .metrics)
        case .plainOpenAPI: Declaration(.get, "/openapi.json", .everyone)

        case .s0ListTasks: Declaration(.get, "/api/tasks", .needs(.jobsRead))
        case .s0CreateTask: Declaration(.post, "/api/tasks", .needs(.jobsWrite))
        case .s0GetTask: Declaration(.get, "/api/tasks/{task_id}", .needs(.jobsRead))
        case .s0UpdateTask: Declaration(.put, "/api/tasks/{task_id}", .needs(.jobsWrite))
        case .s0DeleteTask: Declaration(.delete, "/api/tasks/{task_id}", .needs(.jobsWrite))
        case .s0PauseTask: Declaration(.post, "/api/tasks/{task_id}/pause", .needs(.jobsRun))
        case .s0ResumeTask: Declaration(.post, "/api/tasks/{task_id}/resume", .needs(.jobsRun))
        case .s0TriggerTask: Declaration(.post, "/api/tasks/{task_id}/trigger", .needs(.jobsRun))
        case .s0Logs: Declaration(.get, "/api/logs/{task_id}", .needs(.executionsRead))
        case .s0Workers: Declaration(.get, "/api/workers", .needs(.agentsRead))
        case .s0Report: Declaration(.post, "/api/task/report", .needs(.jobsRun))
        case .s2History: Declaration(.get, "/api/scheduler/tasks/{task_id}/history", .needs(.executionsRead))

        case .s4Health: self.s4(.get, "/health", .everyone)
        case .s4Status: self.s4(.get, "/dispatcher/status", .needs(.jobsRead))
        case .s4Start: self.s4(.post, "/dispatcher/start", .needs(.settingsWrite))
        case .s4Stop: self.s4(.post, "/dispatcher/stop", .needs(.settingsWrite))
        case .s4ListTasks: self.s4(.get, "/tasks/", .needs(.jobsRead))
        case .s4CreateTask: self.s4(.post, "/tasks/", .needs(.jobsWrite))
        case .s4GetTask: self.s4(.get, "/tasks/{task_id}", .needs(.jobsRead))
        case .s4UpdateTask: self.s4(.put, "/tasks/{task_id}", .needs(.jobsWrite))
        case .s4DeleteTask: self.s4(.delete, "/tasks/{task_id}", .needs(.jobsWrite))
        case .s4PauseTask: self.s4(.post, "/tasks/{task_id}/pause", .needs(.jobsRun))
        case .s4ResumeTask: self.s4(.post, "/tasks/{task_id}/resume", .needs(.jobsRun))
        case .s4ReorderTask: self.s4(.post, "/tasks/{task_id}/reorder", .needs(.jobsWrite))
        case .s4AccountTasks: self.s4(.get, "/accounts/{account_id}/tasks", .needs(.jobsRead))
        }
    }

    private func api(_ method: HTTPRequest.Method, _ path: String, _ access: Access) -> Declaration {
        Declaration(method, Self.base + path, access)
    }

    private func s4(_ method: HTTPRequest.Method, _ path: String, _ access: Access) -> Declaration {
        Declaration(method, "/compat/s4/api/v1" + path, access)
    }

    /// The methods that a path is good for; empty when it is none of the API's.
    static func methods(for path: String) -> [HTTPRequest.Method] {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        return self.allCases.map(\.declaration).filter { declaration in
            let pattern = declaration.path.split(separator: "/", omittingEmptySubsequences: false)
            return pattern.count == segments.count
                && zip(pattern, segments).allSatisfy { ($0.0.hasPrefix("{") && !$0.1.isEmpty) || $0.0 == $0.1 }
        }.map(\.method)
    }
}
