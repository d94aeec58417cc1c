// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird

/// Binds the table of routes to what answers them.
struct APIRouter: Sendable {
    let startup: Startup
    let authenticator: RequestAuthenticator
    let quota: RequestQuota
    let auth: AuthRoutes
    let access: AccessRoutes
    let oidc: OIDCRoutes
    let secondFactor: SecondFactorRoutes
    let tasks: TaskRoutes
    let groups: GroupRoutes
    let joining: JoinTokenRoutes?
    let groupRules: GroupRuleRoutes
    let executions: ExecutionRoutes
    let insights: InsightRoutes
    let audit: AuditRoutes
    let notify: NotifyRoutes?
    let users: UserRoutes
    let roles: RoleRoutes
    let tokens: TokenRoutes
    let views: ViewRoutes?
    let preferences: PreferenceRoutes?
    let secrets: SecretRoutes
    let calendars: CalendarRoutes?
    let settings: SettingRoutes?
    let workflows: WorkflowRoutes?
    let cluster: ClusterRoutes
    let scheduler: SchedulerRoutes
    let system: SystemRoutes
    let clientErrors: ClientErrorRoutes
    let events: EventRoutes
    let hooks: HookRoutes?
    let backfills: BackfillRoutes?
    let approvals: ApprovalRoutes?
    let receiver: HookReceiver?
    let origins: CrossOrigin
    /// What the server does.
    let serverRoles: ServerRoles
    let bus: EventBus
    let s0: S0Routes
    let s4: S4Routes

    func router(console: ConsoleFiles, proxies: TrustedProxies) -> Router<APIContext> {
        let router = Router(context: APIContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestIDMiddleware())
        router.add(middleware: ClientAddressMiddleware(proxies: proxies))
        router.add(middleware: AccessLogMiddleware())
        router.add(middleware: SecurityHeadersMiddleware())
        if !self.origins.isEmpty { router.add(middleware: CrossOriginMiddleware(origins: self.origins)) }
        router.add(middleware: RateLimitMiddleware())
        router.add(middleware: FailureMiddleware(bus: self.bus))
        if let trusted = self.authenticator.trusted {
            router.add(middleware: TrustedHeadersMiddleware(trusted: trusted))
        }
        router.add(middleware: PathMiddleware())
        if !self.serverRoles.contains(.api) { router.add(middleware: RolesMiddleware(roles: self.serverRoles)) }
        router.add(middleware: FallbackMiddleware(console: console))
        for endpoint in Endpoint.allCases {
            let declaration = endpoint.declaration
            router.on(RouterPath(declaration.path), method: declaration.method) { request, context -> Response in
                do { return try await self.respond(endpoint, to: request, context) } catch {
                    await self.noteRefusal(error, of: endpoint, request, context)
                    throw error
                }
            }
        }
        return router
    }

    private func respond(
        _ endpoint: Endpoint,
        to request: Request,
        _ context: APIContext
    ) async throws -> Response {
        try self.startup.requireFinished()
        let session = try await self.authorize(endpoint, request: request, context: context)
        context.identity.username = session?.principal.username
        if session?.mustChangePassword == true, !endpoint.isOpenBeforePasswordChange {
            throw APIFailure(
                .forbidden,
                "password_change_required",
                "Somebody else knows your password. Change it first: POST /api/v1/auth/password."
            )
        }
        if session?.mustSetUpSecondFactor == true, !endpoint.isOpenBeforeSecondFactor {
            throw APIFailure(
                .forbidden,
                "totp_setup_required",
                "Your role needs one-time codes. Set them up first: POST /api/v1/auth/totp."
            )
        }
        let call = APICall(request: request, context: context, endpoint: endpoint, session: session)
        let response = try await self.answer(endpoint, call).response(requestID: context.requestID)
        return Compression.marked(response, method: request.method)
    }

    private var holidays: CalendarRoutes {
        get throws {
            guard let calendars else { throw APIFailure.notFound("This server's store has no calendars.") }
            return calendars
        }
    }

    private var flows: WorkflowRoutes {
        get throws {
            guard let workflows else { throw APIFailure.notFound("This server's store has no workflows.") }
            return workflows
        }
    }

    private var joinTokens: JoinTokenRoutes {
        get throws {
            guard let joining else { throw APIFailure.notFound("No authority of this server signs hosts.") }
            return joining
        }
    }

    private var ownViews: ViewRoutes {
        get throws {
            guard let views else { throw APIFailure.notFound("This server's store keeps no views.") }
            return views
        }
    }

    private var ownPreferences: PreferenceRoutes {
        get throws {
            guard let preferences else { throw APIFailure.notFound("This server's store keeps no preferences.") }
            return preferences
        }
    }

    private var installation: SettingRoutes {
        get throws {
            guard let settings else { throw APIFailure.notFound("This server's store keeps no settings.") }
            return settings
        }
    }

    private var pastTimes: BackfillRoutes {
        get throws {
            guard let backfills else { throw APIFailure.notFound("This server's store has no backfills.") }
            return backfills
        }
    }

    private var requests: ApprovalRoutes {
        get throws {
            guard let approvals else { throw APIFailure.notFound("This server's store keeps no requests.") }
            return approvals
        }
    }

    private var webhooks: (routes: HookRoutes, receiver: HookReceiver) {
        get throws {
            guard let hooks, let receiver else { throw APIFailure.notFound("This server's store has no webhooks.") }
            return (hooks, receiver)
        }
    }

    private func answer(_ endpoint: Endpoint, _ call: APICall) async throws -> APIAnswer {
        switch endpoint {
        case .signIn: try await self.auth.signIn(call)
        case .signOut: try await self.auth.signOut(call)
        case .whoAmI: try await self.auth.whoAmI(call)
        case .changePassword: try await self.auth.changePassword(call)
        case .breakGlass: try await self.access.breakGlass(call)
        case .mendGlass: try await self.access.mendGlass(call)
        case .explainAccess: try await self.access.explain(call)
        case .listOwnSessions: try await self.auth.sessions(call)
        case .endOtherSessions: try await self.auth.endSessions(call)
        case .endOwnSession: try await self.auth.endSession(call)
        case .startOIDC: try await self.oidc.start(call)
        case .returnFromOIDC: try await self.oidc.callback(call)
        case .redeemOIDC: try await self.oidc.redeem(call)
        case .signInCode: try await self.auth.signInWithCode(call)
        case .getTOTP: try await self.secondFactor.state(call)
        case .beginTOTP: try await self.secondFactor.begin(call)
        case .confirmTOTP: try await self.secondFactor.confirm(call)
        case .endTOTP: try await self.secondFactor.end(call)
        case .renewRecoveryCodes: try await self.secondFactor.renewCodes(call)
        case .resetTOTP: try await self.secondFactor.reset(call)
        case .listTasks: try await self.tasks.list(call)
        case .createTask: try await self.tasks.create(call)
        case .getTask: try await self.tasks.get(call)
        case .updateTask: try await self.tasks.update(call)
        case .deleteTask: try await self.tasks.delete(call)
        case .enableTask: try await self.tasks.enable(call)
        case .disableTask: try await self.tasks.disable(call)
        case .taskRollout: try await self.tasks.rollout(call)
        case .listOwed: try await self.tasks.owed(call)
        case .listVersions: try await self.tasks.versions(call)
        case .getVersion: try await self.tasks.version(call)
        case .restoreVersion: try await self.tasks.restore(call)
        case .triggerTask: try await self.tasks.trigger(call)
        case .parseCron: try await self.tasks.parseCron(call)
        case .shiftTask: try await self.tasks.shift(call)
        case .testTask: try await self.tasks.testRun(call)
        case .explainTask: try await self.tasks.explain(call)
        case .taskUpcoming: try await self.tasks.upcoming(call)
        case .taskPlacement: try await self.tasks.placement(call)
        case .bulkTasks: try await self.tasks.bulk(call)
        case .stopExecutions: try await self.executions.stopAll(call)
        case .retryExecutions: try await self.executions.retryAll(call)
        case .checkTasks: try await self.tasks.check(call)
        case .taskFileSchema: try self.tasks.fileSchema(call)
        case .getDependencies: try await self.tasks.dependencies(call)
        case .setDependencies: try await self.tasks.setDependencies(call)
        case .listDependents: try await self.tasks.dependents(call)
        case .resetDependencies: try await self.tasks.resetDependencies(call)
        case .startDependent: try await self.tasks.startDependent(call)
        case .listGroups: try await self.groups.list(call)
        case .createGroup: try await self.groups.create(call)
        case .updateGroup: try await self.groups.update(call)
        case .deleteGroup: try await self.groups.delete(call)
        case .listMembers: try await self.groups.members(call)
        case .addMembers: try await self.groups.addMembers(call)
        case .removeMember: try await self.groups.removeMember(call)
        case .createJoinToken: try await self.joinTokens.create(call)
        case .listClients, .deleteClient, .setClientLabels, .beginMaintenance, .endMaintenance, .clientStatistics,
            .clientDays:
            try await self.groups.answer(aboutHosts: endpoint, call)
        case .getGroupRules: try await self.groupRules.list(call)
        case .setGroupRules: try await self.groupRules.replace(call)
        case .previewGroupRules: try await self.groupRules.preview(call)
        case .applyGroupRules: try await self.groupRules.apply(call)
        case .listExecutions: try await self.executions.list(call)
        case .executionStatistics: try await self.executions.statistics(call)
        case .getExecution: try await self.executions.get(call)
        case .getLog: try await self.executions.log(call)
        case .searchLog: try await self.executions.searchLog(call)
        case .cancelExecution: try await self.executions.cancel(call)
        case .retryExecution: try await self.executions.retry(call)
        case .listRuns: try await self.executions.listRuns(call)
        case .getRun: try await self.executions.getRun(call)
        case .stopRun: try await self.executions.stopRun(call)
        case .holdWaves: try await self.executions.steer(call, .hold)
        case .continueWaves: try await self.executions.steer(call, .resume)
        case .stopWaves: try await self.executions.steer(call, .stop)
        case .retryRun: try await self.executions.retryRun(call)
        case .exportRun: try await self.executions.exportRun(call)
        case .backfillTask: try await self.pastTimes.create(call)
        case .listBackfills: try await self.pastTimes.list(call)
        case .getBackfill: try await self.pastTimes.get(call)
        case .cancelBackfill: try await self.pastTimes.cancel(call)
        case .listApprovals: try await self.requests.list(call)
        case .getApproval: try await self.requests.get(call)
        case .approveRequest: try await self.requests.approve(call)
        case .rejectRequest: try await self.requests.reject(call)
        case .withdrawRequest: try await self.requests.withdraw(call)
        case .listHooks: try await self.webhooks.routes.list(call)
        case .createHook: try await self.webhooks.routes.create(call)
        case .updateHook: try await self.webhooks.routes.update(call)
        case .deleteHook: try await self.webhooks.routes.delete(call)
        case .listHookDeliveries: try await self.webhooks.routes.deliveries(call)
        case .sendMessage: try await self.webhooks.receiver.message(call)
        case .dependencyMap: try await self.tasks.dependencyMap(call)
        case .receiveHook, .receiveHookToken: try await self.webhooks.receiver.receive(call)
        case .recentExecutions: try await self.insights.recent(call)
        case .executionTrend: try await self.insights.trend(call)
        case .punctuality: try await self.system.punctuality(call)
        case .runReport: try await self.insights.report(call)
        case .failureReport: try await self.insights.failures(call)
        case .upcomingFires: try await self.insights.upcoming(call)
        case .listUsers: try await self.users.list(call)
        case .createUser: try await self.users.create(call)
        case .getUser: try await self.users.get(call)
        case .renameUser: try await self.users.rename(call)
        case .deleteUser: try await self.users.setState(.deleted, call)
        case .enableUser: try await self.users.setState(.active, call)
        case .disableUser: try await self.users.setState(.disabled, call)
        case .resetPassword: try await self.users.resetPassword(call)
        case .listRoles: try await self.roles.list(call)
        case .createRole: try await self.roles.create(call)
        case .updateRole: try await self.roles.update(call)
        case .deleteRole: try await self.roles.delete(call)
        case .addGrant: try await self.users.addGrant(call)
        case .removeGrant: try await self.users.removeGrant(call)
        case .listSessions: try await self.users.sessions(call)
        case .endSessions: try await self.users.endSessions(call)
        case .endSession: try await self.users.endSession(call)
        case .listTokens: try await self.tokens.list(call)
        case .createToken: try await self.tokens.create(call)
        case .deleteToken: try await self.tokens.delete(call)
        case .listViews: try await self.ownViews.list(call)
        case .keepView: try await self.ownViews.keep(call)
        case .deleteView: try await self.ownViews.delete(call)
        case .getPreferences: try await self.ownPreferences.list(call)
        case .changePreferences: try await self.ownPreferences.change(call)
        case .listSecrets: try await self.secrets.list(call)
        case .getSecret: try await self.secrets.get(call)
        case .setSecret: try await self.secrets.set(call)
        case .deleteSecret: try await self.secrets.delete(call)
        case .listWorkflows: try await self.flows.list(call)
        case .createWorkflow: try await self.flows.create(call)
        case .getWorkflow: try await self.flows.get(call)
        case .listWorkflowVersions: try await self.flows.versions(call)
        case .getWorkflowVersion: try await self.flows.version(call)
        case .updateWorkflow: try await self.flows.update(call)
        case .deleteWorkflow: try await self.flows.delete(call)
        case .enableWorkflow: try await self.flows.setEnabled(true, call)
        case .disableWorkflow: try await self.flows.setEnabled(false, call)
        case .runWorkflow: try await self.flows.run(call)
        case .dryRunWorkflow: try await self.flows.dryRun(call)
        case .listWorkflowRuns: try await self.flows.listRuns(call)
        case .getWorkflowRun: try await self.flows.getRun(call)
        case .cancelWorkflowRun: try await self.flows.cancel(call)
        case .pauseWorkflowRun: try await self.flows.pause(call)
        case .resumeWorkflowRun: try await self.flows.resume(call)
        case .abandonWorkflowRun: try await self.flows.abandon(call)
        case .rerunWorkflowRun: try await self.flows.rerun(call)
        case .messageWorkflowRun: try await self.flows.message(call)
        case .answerWorkflowStep: try await self.flows.answerStep(call)
        case .getSettings: try await self.installation.list(call)
        case .clusterStatus: try self.cluster.status(call)
        case .drainServer: try await self.cluster.drain(call)
        case .resumeServer: try await self.cluster.resume(call)
        case .rebalanceServers: try await self.cluster.rebalance(call)
        case .schedulerStatus: try await self.scheduler.status(call)
        case .stopScheduler: try await self.scheduler.stop(call)
        case .startScheduler: try await self.scheduler.start(call)
        case .changeSettings: try await self.installation.change(call)
        case .listAudit: try await self.audit.list(call)
        case .listCalendars: try await self.holidays.list(call)
        case .getCalendar: try await self.holidays.get(call)
        case .setCalendar: try await self.holidays.set(call)
        case .deleteCalendar: try await self.holidays.delete(call)
        case .listChannels, .createChannel, .updateChannel, .deleteChannel, .testChannel, .listNotifyRules,
            .createNotifyRule, .updateNotifyRule, .deleteNotifyRule, .previewNotification, .listIncidents,
            .acknowledgeIncident, .listDeliveries, .resendDelivery, .listSilences, .createSilence, .endSilence,
            .listReportMails, .createReportMail, .updateReportMail, .deleteReportMail, .sendReportMail:
            try await self.answerNotify(endpoint, call)
        case .exportAudit: try await self.audit.export(call)
        case .overview: try await self.system.overview(call)
        case .health: self.system.health()
        case .ready, .plainReady: try await self.system.ready()
        case .version: self.system.versionAnswer()
        case .metrics, .plainMetrics: await self.system.metricsText()
        case .plainHealth: self.system.plainHealth()
        case .openAPI, .plainOpenAPI: try self.system.document(call)
        case .events: try await self.events.stream(call)
        case .s0ListTasks: try await self.s0.list(call)
        case .s0CreateTask: try await self.s0.create(call)
        case .s0GetTask: try await self.s0.get(call)
        case .s0UpdateTask: try await self.s0.update(call)
        case .s0DeleteTask: try await self.s0.delete(call)
        case .s0PauseTask: try await self.s0.setEnabled(false, call)
        case .s0ResumeTask: try await self.s0.setEnabled(true, call)
        case .s0TriggerTask: try await self.s0.trigger(call)
        case .s0Logs: try await self.s0.logs(call)
        case .s0Workers: try await self.s0.workers(call)
        case .s0Report: try await self.s0.report(call)
        case .s2History: try await self.s0.history(call)
        case .s4Health: self.s4.health()
        case .s4Status: try await self.s4.status(call)
        case .s4Start: try await self.s4.start(call)
        case .s4Stop: try await self.s4.stop(call)
        case .s4ListTasks: try await self.s4.list(call)
        case .s4CreateTask: try await self.s4.create(call)
        case .s4GetTask: try await self.s4.get(call)
        case .s4UpdateTask: try await self.s4.update(call)
        case .s4DeleteTask: try await self.s4.delete(call)
        case .s4PauseTask: try await self.s4.pause(call)
        case .s4ResumeTask: try await self.s4.resume(call)
        case .s4ReorderTask: try await self.s4.reorder(call)
        case .s4AccountTasks: try await self.s4.account(call)
        case .reportClientError: try await self.clientErrors.report(call)
        case .listClientErrors: try self.clientErrors.list(call)
        case .live:
            throw APIFailure(
                .upgradeRequired,
                "upgrade_required",
                "This path speaks WebSocket (RFC 6455).",
                headers: [.upgrade: "websocket"]
            )
        }
    }
}
