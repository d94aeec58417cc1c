// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Everything a server says on an agent's control stream; what is long lies in a box of its own.
package enum ServerMessage: Hashable, Sendable {
    indirect case welcome(Welcome)
    /// The clock sample of the hello, ahead of a welcome that may be long (R7).
    case clock(ClockSample)
    /// The session is refused; the agent shows why and does not come back at once.
    case rejected(code: String, message: String)
    case orders([Order])
    /// Reports up to this sequence are durable (R5).
    case reportsAcknowledged(incarnation: String, sequence: Int64)
    indirect case config(ConfigUpdate)
    case cancel(ExecutionID, force: Bool)
    /// With it, how many bytes are kept of an attempt's output; nil from a server of an earlier version.
    ///
    /// And what the installation says of networks.
    indirect case heartbeatAnswer(ClockSample, outputBytes: Int64? = nil, networks: NetworkDefaults? = nil)
    /// Whether schedules fire at all; only for agents that say they take it.
    indirect case scheduler(SchedulerState)
    /// Whether this host is kept free of new work; only for agents that say they take it.
    indirect case maintenance(HostMaintenance)
    /// PEM, leaf first; the certificate in use is good until this one was used.
    case certificateIssued(String)
    case certificateRefused(code: String, message: String)
    /// The authorities to trust from now on.
    indirect case authorities(AuthorityNews)
    indirect case secrets(SecretsAnswer)
    /// Statistics up to this sequence are durable.
    case statisticsAcknowledged(incarnation: String, sequence: Int64)
    /// Which files are to be looked for, instead of those before; only for agents that say they do.
    case fileWatches([FileWatch])
    /// These events need not be told again.
    case filesTaken([Int64])
}

/// The server's answer to a hello: after it the agent decides by its timers again (R6).
package struct Welcome: Hashable, Sendable {
    /// +1 with every session of the agent; an overtaken session is closed.
    package var epoch: Int64
    package var acknowledgedSequence: Int64
    /// Nil when the agent's configuration is already right.
    package var config: ConfigUpdate?
    package var cancels: [ExecutionID]
    /// Those of the cancels that kill at once.
    package var forced: [ExecutionID]
    /// Executions whose stored state the server has lost: the agent reports it again (R1).
    package var questions: [ExecutionID]
    package var clock: ClockSample
    /// Reports after this, up to the acknowledged one, are gone on both ends: the agent tells from its ledger what they said.
    package var lostAfter: Int64?
    /// The server says what it has of an attempt's output when a stream of it is opened.
    package var answersLogOpen: Bool
    /// The agent may ask for the certificate that follows its own.
    package var renewsCertificates: Bool
    /// The agent may ask for the secrets of what it runs.
    package var givesSecrets: Bool
    /// How far the server knows this ledger's statistics; nil when it takes none.
    package var statisticsSequence: Int64?
    /// How many bytes are kept of an attempt's output; nil from a server of an earlier version, which takes 64 MiB.
    package var outputBytes: Int64?
    /// Whether schedules fire at all; a server of an earlier version says nothing, and its scheduler always runs.
    package var scheduler: SchedulerState
    /// Whether this host is kept free of new work; a server of an earlier version keeps none.
    package var maintenance: HostMaintenance
    /// What the installation says of networks; nil from a server of an earlier version.
    package var networks: NetworkDefaults?
    /// Whose signatures definitions have, the newest last; on a host only those that it has reason to trust.
    ///
    /// None from a server of an earlier version.
    package var signingKeys: [SigningKeyStatement]

    package init(
        epoch: Int64,
        acknowledgedSequence: Int64,
        config: ConfigUpdate?,
        cancels: [ExecutionID],
        forced: [ExecutionID] = [],
        questions: [ExecutionID] = [],
        clock: ClockSample,
        lostAfter: Int64? = nil,
        answersLogOpen: Bool = true,
        renewsCertificates: Bool = true,
        givesSecrets: Bool = true,
        statisticsSequence: Int64? = nil,
        outputBytes: Int64? = nil,
        scheduler: SchedulerState = SchedulerState(),
        maintenance: HostMaintenance = HostMaintenance(),
        networks: NetworkDefaults? = nil,
        signingKeys: [SigningKeyStatement] = []
    ) {
        self.signingKeys = signingKeys
        self.epoch = epoch
        self.acknowledgedSequence = acknowledgedSequence
        self.config = config
        self.cancels = cancels
        self.forced = forced
        self.questions = questions
        self.clock = clock
        self.lostAfter = lostAfter
        self.answersLogOpen = answersLogOpen
        self.renewsCertificates = renewsCertificates
        self.givesSecrets = givesSecrets
        self.statisticsSequence = statisticsSequence
        self.outputBytes = outputBytes
        self.scheduler = scheduler
        self.maintenance = maintenance
        self.networks = networks
    }
}

/// A change of the jobs an agent has to know.
package struct ConfigUpdate: Hashable, Sendable {
    package var version: Int64
    /// The version this builds on; nil = this is everything, forget what you have.
    package var base: Int64?
    package var upserts: [JobSnapshot]
    package var removals: [JobUID]
    /// Rules of the zones that the upserts are planned in, as the server has them; without a base, of all there are (R12).
    package var zones: [ZoneSlice]
    /// What the upserts' fires should come out as; nil from a server of an earlier version.
    package var plans: PlanClaims?

    package init(
        version: Int64,
        base: Int64?,
        upserts: [JobSnapshot],
        removals: [JobUID] = [],
        zones: [ZoneSlice] = [],
        plans: PlanClaims? = nil
    ) {
        self.version = version
        self.base = base
        self.upserts = upserts
        self.removals = removals
        self.zones = zones
        self.plans = plans
    }
}

/// One exchange of clocks, as NTP takes it (RFC 5905, 8): the agent adds the time of arrival.
package struct ClockSample: Hashable, Sendable {
    /// The agent's boot clock when it asked; microseconds, echoed.
    package var agentSent: Int64
    /// The server's wall clock when the question arrived and when the answer left; microseconds since the epoch, UTC.
    package var serverReceived: Int64
    package var serverSent: Int64

    package init(agentSent: Int64, serverReceived: Int64, serverSent: Int64) {
        self.agentSent = agentSent
        self.serverReceived = serverReceived
        self.serverSent = serverSent
    }
}
