// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension Services {
    /// All services over one store.
    ///
    /// The `observer` is whoever plans fires, told of changed jobs after they are durable; the `gateway` is the way to
    /// agents; without a `seal` no secret can be set.
    package static func assemble(
        store: any Store,
        observer: any ScheduleObserver,
        gateway: any AgentGateway,
        bus: EventBus,
        seal: SecretSeal? = nil,
        settings: LiveSettings = LiveSettings(),
        archive: (any OutputArchive)? = nil,
        cluster: ClusterService? = nil,
        scheduler: LiveScheduler = LiveScheduler(),
        language: MessageLanguage? = nil,
        notifyCommands: [String] = [],
        agentsPort: Int = 8474,
        authority: (@Sendable () -> [UInt8])? = nil,
        clock: any WallClock = SystemWallClock(),
        hasher: any PasswordHasher = ScryptPasswordHasher()
    ) -> Services {
        // A store of another kind may have no notifications.
        let notify = store as? any Store & NotifyStore
        let desk = (store as? any ApprovalStore).map {
            ApprovalDesk(store: $0, clock: clock, settings: settings, seal: seal)
        }
        let starter = RunStarter(store: store, gateway: gateway, bus: bus, clock: clock, desk: desk, seal: seal)
        let access = AccessAudit(store: store, clock: clock)
        let executions = ExecutionService(
            store: store,
            gateway: gateway,
            bus: bus,
            clock: clock,
            starter: starter,
            archive: archive,
            desk: desk,
            access: access
        )
        let calendars = store as? any CalendarStore
        let jobs = JobService(
            store: store,
            observer: observer,
            gateway: gateway,
            bus: bus,
            clock: clock,
            starter: starter,
            channels: notify,
            waiting: store as? any DependencyStore,
            calendars: calendars,
            settings: settings,
            desk: desk
        )
        let workflows = (store as? any WorkflowStore).map { store in
            WorkflowService(
                store: store,
                jobs: jobs,
                engine: WorkflowEngine(store: store, gateway: gateway, bus: bus, clock: clock, settings: settings),
                clock: clock
            )
        }
        let runs = RunService(store: store, executions: executions)
        let users = UserService(store: store, hasher: hasher, clock: clock, desk: desk)
        let chosen = (store as? any SettingStore).map {
            SettingService(store: $0, live: settings, clock: clock, desk: desk)
        }
        let backfills = (store as? any BackfillStore).map { BackfillService(store: $0, jobs: jobs, clock: clock) }
        return Services(
            jobs: jobs,
            executions: executions,
            runs: runs,
            groups: GroupService(store: store, gateway: gateway, bus: bus, clock: clock),
            agents: AgentService(store: store, gateway: gateway, bus: bus, clock: clock, live: scheduler),
            authentication: AuthenticationService(
                store: store,
                hasher: hasher,
                clock: clock,
                settings: settings,
                seal: seal
            ),
            statistics: StatisticsService(store: store, gateway: gateway, scheduler: scheduler, clock: clock),
            insights: InsightService(store: store, clock: clock),
            audit: AuditService(store: store, access: access),
            users: users,
            tokens: TokenService(store: store, clock: clock, settings: settings),
            secrets: SecretService(store: store, seal: seal, clock: clock, channels: notify),
            scheduler: SchedulerService(
                store: store,
                live: scheduler,
                observer: observer,
                gateway: gateway,
                clock: clock
            ),
            notifications: notify.map {
                NotificationService(
                    store: $0,
                    clock: clock,
                    seal: seal,
                    reservedHeaders: settings.reservedHeaders,
                    language: language ?? MessageLanguage(settings),
                    commands: notifyCommands
                )
            },
            calendars: calendars.map { CalendarService(store: $0, jobs: jobs, clock: clock) },
            live: settings,
            settings: chosen,
            workflows: workflows,
            cluster: cluster,
            hooks: (store as? any Store & HookStore).map {
                HookService(store: $0, starter: starter, seal: seal, clock: clock)
            },
            backfills: backfills,
            approvals: (store as? any ApprovalStore).map { store in
                ApprovalService(
                    store: store,
                    jobs: jobs,
                    executions: executions,
                    runs: runs,
                    users: users,
                    workflows: workflows,
                    settings: chosen,
                    backfills: backfills,
                    clock: clock
                )
            },
            views: (store as? any SavedViewStore).map { SavedViewService(store: $0, clock: clock) },
            preferences: (store as? any PreferenceStore).map { PreferenceService(store: $0) },
            joining: authority.map {
                JoinTokenService(store: store, clock: clock, agentsPort: agentsPort, authority: $0)
            }
        )
    }
}
