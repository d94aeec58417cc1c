// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Everything people can ask of a server, put together once by the composition root.
package struct Services: Sendable {
    package let jobs: JobService
    package let executions: ExecutionService
    package let runs: RunService
    package let groups: GroupService
    package let agents: AgentService
    package let authentication: AuthenticationService
    package let statistics: StatisticsService
    package let insights: InsightService
    package let audit: AuditService
    package let users: UserService
    package let tokens: TokenService
    package let secrets: SecretService
    /// Nil over a store that has none.
    package let notifications: NotificationService?
    /// Nil over a store that has none.
    package let calendars: CalendarService?
    /// The settings as they are now.
    package let live: LiveSettings
    /// Nil over a store that keeps none.
    package let settings: SettingService?
    /// Nil over a store that has none.
    package let workflows: WorkflowService?
    /// Nil where the database serves this server only.
    package let cluster: ClusterService?
    /// Nil over a store that keeps none.
    package let hooks: HookService?
    /// Nil over a store that keeps none.
    package let backfills: BackfillService?
    package let scheduler: SchedulerService
    /// Nil over a store that keeps none.
    package let approvals: ApprovalService?
    /// Nil over a store that keeps none.
    package let views: SavedViewService?
    /// Nil over a store that keeps none.
    package let preferences: PreferenceService?
    /// Nil where no authority signs hosts.
    package let joining: JoinTokenService?

    package init(
        jobs: JobService,
        executions: ExecutionService,
        runs: RunService,
        groups: GroupService,
        agents: AgentService,
        authentication: AuthenticationService,
        statistics: StatisticsService,
        insights: InsightService,
        audit: AuditService,
        users: UserService,
        tokens: TokenService,
        secrets: SecretService,
        scheduler: SchedulerService,
        notifications: NotificationService? = nil,
        calendars: CalendarService? = nil,
        live: LiveSettings = LiveSettings(),
        settings: SettingService? = nil,
        workflows: WorkflowService? = nil,
        cluster: ClusterService? = nil,
        hooks: HookService? = nil,
        backfills: BackfillService? = nil,
        approvals: ApprovalService? = nil,
        views: SavedViewService? = nil,
        preferences: PreferenceService? = nil,
        joining: JoinTokenService? = nil
    ) {
        self.joining = joining
        self.views = views
        self.preferences = preferences
        self.approvals = approvals
        self.cluster = cluster
        self.scheduler = scheduler
        self.calendars = calendars
        self.live = live
        self.settings = settings
        self.workflows = workflows
        self.hooks = hooks
        self.backfills = backfills
        self.jobs = jobs
        self.executions = executions
        self.runs = runs
        self.groups = groups
        self.agents = agents
        self.authentication = authentication
        self.statistics = statistics
        self.insights = insights
        self.audit = audit
        self.users = users
        self.tokens = tokens
        self.secrets = secrets
        self.notifications = notifications
    }
}
