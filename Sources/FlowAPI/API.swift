// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowScheduler
package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore

/// What serves the API and the console; a service that runs until it is told to stop.
package typealias APIApplication = Application<RouterResponder<APIContext>>

/// Puts the API together: REST, the live connection and the console's files on one port.
///
/// - Parameters:
///   - configuration: where to listen, and where the console is.
///   - services: what people may ask for.
///   - bus: what the live connection follows.
///   - metrics: the numbers of `/metrics`, and whether the server is ready.
///   - clock: the time that answers carry.
///   - startup: until it is finished every request is refused with 503.
///   - oidc: the providers where people may sign in; nil = there are none.
///   - storage: since when nothing can be stored; nil while it can.
///   - logger: gets one line per request and every unforeseen error.
///   - onRunning: told the bound port when requests are being served.
/// - Returns: the service, to be run in a service group.
package func makeAPI(
    configuration: APIConfiguration,
    services: Services,
    bus: EventBus,
    metrics: any MetricsSource,
    clock: any WallClock = SystemWallClock(),
    startup: Startup = Startup(isFinished: true),
    oidc: OIDCService? = nil,
    storage: @escaping @Sendable () -> StorageWatch.Failure? = { nil },
    logger: Logger,
    onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
) -> APIApplication {
    let names = AgentNames(agents: services.agents)
    let executions = ExecutionPresenter(names: names)
    let tasks = TaskPresenter(jobs: services.jobs, groups: services.groups)
    let authenticator = RequestAuthenticator(
        authentication: services.authentication,
        trusted: configuration.trustedHeaders
    )
    let live = LiveConnection(
        dependencies: LiveSession.Dependencies(
            services: services,
            bus: bus,
            tasks: tasks,
            executions: executions,
            clock: clock,
            storage: storage
        ),
        logger: logger
    )
    let auth = AuthRoutes(
        authentication: services.authentication,
        clock: clock,
        isSecure: configuration.isSecure,
        proxyLogoutURL: configuration.trustedHeaders?.logoutURL,
        oidc: oidc
    )
    let origins = CrossOrigin(allowed: configuration.origins)
    let quota = RequestQuota(limits: configuration.rateLimits, clock: clock)
    let router = APIRouter(
        startup: startup,
        authenticator: authenticator,
        quota: quota,
        auth: auth,
        access: AccessRoutes(access: services.access, authentication: services.authentication, auth: auth),
        oidc: OIDCRoutes(service: oidc, auth: auth),
        secondFactor: SecondFactorRoutes(authentication: services.authentication),
        tasks: TaskRoutes(
            jobs: services.jobs,
            presenter: tasks,
            executions: executions,
            settings: services.live,
            workflows: services.workflows
        ),
        groups: GroupRoutes(groups: services.groups, agents: services.agents),
        joining: services.joining.map { JoinTokenRoutes(joining: $0) },
        groupRules: GroupRuleRoutes(groups: services.groups),
        executions: ExecutionRoutes(
            executions: services.executions,
            runs: services.runs,
            presenter: executions,
            clock: clock
        ),
        insights: InsightRoutes(insights: services.insights, agents: services.agents, presenter: executions),
        audit: AuditRoutes(audit: services.audit),
        notify: services.notifications.map { NotifyRoutes(notifications: $0) },
        users: UserRoutes(users: services.users, authentication: services.authentication),
        roles: RoleRoutes(users: services.users),
        tokens: TokenRoutes(tokens: services.tokens, users: services.users, clock: clock),
        views: services.views.map { ViewRoutes(views: $0) },
        preferences: services.preferences.map { PreferenceRoutes(preferences: $0) },
        secrets: SecretRoutes(secrets: services.secrets),
        calendars: services.calendars.map { CalendarRoutes(calendars: $0) },
        settings: services.settings.map { SettingRoutes(settings: $0) },
        workflows: services.workflows.map { WorkflowRoutes(workflows: $0) },
        cluster: ClusterRoutes(cluster: services.cluster),
        scheduler: SchedulerRoutes(scheduler: services.scheduler),
        system: SystemRoutes(
            statistics: services.statistics,
            metrics: metrics,
            clock: clock,
            version: configuration.version,
            settings: services.live,
            storage: storage,
            signsInByProxy: configuration.trustedHeaders != nil,
            providers: oidc?.providers ?? [],
            roles: configuration.roles
        ),
        clientErrors: ClientErrorRoutes(clock: clock, logger: logger),
        events: EventRoutes(connection: live),
        hooks: services.hooks.map { HookRoutes(hooks: $0) },
        backfills: services.backfills.map { BackfillRoutes(backfills: $0) },
        approvals: services.approvals.map { ApprovalRoutes(approvals: $0, tasks: tasks) },
        receiver: services.hooks.map { HookReceiver(hooks: $0, quota: quota, clock: clock) },
        origins: origins,
        serverRoles: configuration.roles,
        bus: bus,
        s0: S0Routes(
            jobs: services.jobs,
            executions: services.executions,
            runs: services.runs,
            agents: services.agents,
            names: names,
            settings: services.live
        ),
        s4: S4Routes(
            jobs: services.jobs,
            runs: services.runs,
            scheduler: services.scheduler,
            settings: services.live,
            clock: clock,
            version: configuration.version
        )
    )
    let proxies = TrustedProxies(ranges: configuration.trustedProxies)
    let counts = ConnectionCounts(
        total: configuration.limits.total,
        perAddress: configuration.limits.perAddress,
        isExempt: { proxies.contains($0) }
    )
    return Application(
        router: router.router(
            console: ConsoleFiles(directory: configuration.consoleDirectory),
            proxies: proxies
        ),
        server: HTTPServerBuilder { responder in
            LiveChannel(
                responder: responder,
                gate: LiveGate(
                    authenticator: authenticator,
                    quota: quota,
                    origins: origins,
                    roles: configuration.roles
                ),
                connection: live,
                limits: configuration.limits,
                counts: counts,
                tls: configuration.tls
            )
        },
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port),
            serverName: nil
        ),
        onServerRunning: { channel in
            // Other parts may use up the descriptors; accepting is then tried once in a second instead of in a loop.
            try? await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.addHandler(
                    AcceptBackoffHandler(shouldForwardIOErrorCaught: false),
                    position: .first
                )
            }.get()
            await onRunning(channel.localAddress?.port ?? configuration.port)
        },
        logger: logger
    )
}
