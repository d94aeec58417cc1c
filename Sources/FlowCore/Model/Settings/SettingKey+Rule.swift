// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension SettingKey {
    /// What it may be, what it is when nobody says, and what people call it.
    package var rule: SettingRule {
        let policies = Policies()
        let timeout = Int64(Policies.timeoutRange.lowerBound)...Int64(Policies.timeoutRange.upperBound)
        return switch self {
        case .jobsTimeout:
            .number(timeout, standard: Int64(policies.timeoutSeconds), "s", "默认超时", "Timeout of a new task")
        case .jobsLongestTimeout:
            .number(timeout, standard: timeout.upperBound, "s", "允许的最长超时", "Longest timeout a task may have")
        case .jobsRetries:
            .number(0...10, standard: Int64(policies.retry.count), nil, "默认重试次数", "Retries of a new task")
        case .jobsRetryInterval:
            .number(1...3600, standard: Int64(policies.retry.intervalSeconds), "s", "默认重试间隔", "Pause before a retry")
        case .jobsOverlap:
            .words(OverlapPolicy.self, standard: policies.overlap, "默认并发策略", "When the last run still goes on")
        case .jobsMisfire: .words(MisfirePolicy.self, standard: policies.misfire, "默认错过策略", "When a fire was missed")
        case .jobsZone:
            SettingRule(
                kind: .timeZone,
                standard: .text("UTC"),
                unit: nil,
                chinese: "默认时区",
                english: "Time zone of a new task"
            )
        case .jobsOnEdit:
            .words(EditPolicy.self, standard: EditPolicy.pinned, "运行时修改任务", "Editing a new task while it runs")
        case .jobsMostAtOnce:
            .number(1...100, standard: 100, nil, "任务最大并发数", "Executions of a task at once, at most")
        case .jobsOnePerAccount:
            .words(
                SwitchWord.self,
                standard: SwitchWord.on,
                "每个账户一个任务（S4 接口）",
                "One task of each account (S4's routes)"
            )
        case .retentionDays: .number(1...3650, standard: 90, "d", "执行记录保留", "Executions stay")
        case .retentionStatisticsDays:
            .number(1...3650, standard: 400, "d", "统计额外保留", "Statistics stay longer than executions by")
        case .retentionNotificationDays: .number(1...3650, standard: 30, "d", "通知记录保留", "Notifications stay")
        case .retentionAuditDays:
            .number(30...36_500, zero: true, standard: 400, "d", "审计保留（0＝永久）", "Audit stays (0 = for ever)")
        case .retentionEventHours:
            .number(1...240, standard: 1, "h", "事件保留", "Events stay after all have read them")
        case .outputAttemptMebibytes:
            .number(1...2048, standard: 64, "MiB", "每次尝试保留的输出", "Output kept of an attempt")
        case .outputHotDays: .number(1...3650, standard: 7, "d", "输出归档前保留", "Output is archived after")
        case .outputDays:
            .number(1...3650, zero: true, standard: 0, "d", "输出保留（0＝随记录）", "Output stays (0 = as its record)")
        case .agentsOfflineDays:
            .number(1...30, standard: 7, "d", "离线主机等待", "How long an absent host is waited for")
        case .networkPrivate:
            .words(
                NetworkWord.self,
                standard: NetworkWord.allow,
                "任务连接内网地址",
                "Connections of tasks to private addresses"
            )
        case .networkLoopback:
            .words(
                NetworkWord.self,
                standard: NetworkWord.refuse,
                "任务连接主机自身",
                "Connections of tasks to their own host"
            )
        case .signInIdleMinutes: .number(5...10_080, standard: 120, "min", "会话空闲超时", "A session ends unused after")
        case .signInLongestHours: .number(1...720, standard: 12, "h", "会话最长时间", "A session ends in any case after")
        case .signInPasswordLength: .number(8...64, standard: 12, nil, "密码最短长度", "Least characters of a password")
        case .signInSecondFactor:
            SettingRule(
                kind: .choice(["off", "admins", "all"]),
                standard: .text("off"),
                unit: nil,
                chinese: "必须使用动态口令的用户",
                english: "Who has to use one-time codes (TOTP)"
            )
        case .signInLocal:
            .words(LocalSignIn.self, standard: LocalSignIn.all, "可用密码登录的用户", "Who signs in with a password here")
        case .tokensLongestDays: .number(1...1095, standard: 366, "d", "令牌最长有效期", "An API token ends at most after")
        case .twoPersonForceStop:
            .words(
                ForceStopRule.self,
                standard: ForceStopRule.marked,
                "强制停止需两人",
                "Stops by force that take two persons"
            )
        case .twoPersonGrants:
            SettingRule(
                kind: .choice(["off", "on"]),
                standard: .text("off"),
                unit: nil,
                chinese: "授权需两人",
                english: "Giving rights takes two persons"
            )
        case .breakGlassMinutes:
            .number(
                BrokenGlass.leastMinutes...240,
                standard: 60,
                "min",
                "紧急授权最长时间",
                "All rights in an emergency end at most after"
            )
        case .notifyEnabled:
            .words(SwitchWord.self, standard: SwitchWord.on, "发送通知", "Notifications are sent")
        case .notifyGroupWait:
            .number(0...600, standard: 5, "s", "首次通知前等待", "A first message waits for more of its kind")
        case .notifyGroupInterval:
            .number(1...86_400, standard: 60, "s", "同一事件通知间隔", "An open incident is told of again after")
        case .notifyTailLines:
            .number(1...200, standard: 20, nil, "通知中的输出行数", "Last lines of output in a message")
        case .notifyGiveUpHours:
            .number(1...168, standard: 24, "h", "停止重发前", "A message that fails is given up after")
        case .notifyDigestAbove:
            .number(1...1000, standard: 50, nil, "合并前等待的消息", "More messages waiting than this become one")
        case .language:
            SettingRule(
                kind: .choice(["auto", "zh", "en"]),
                standard: .text("auto"),
                unit: nil,
                chinese: "界面和通知的语言",
                english: "Language of the console and of messages"
            )
        }
    }
}

/// What the installation says of a kind of address.
package enum NetworkWord: String, CaseIterable, Sendable {
    case allow, refuse
}

package enum SwitchWord: String, CaseIterable, Sendable {
    case on, off
}

/// Who may sign in with a password of this installation.
package enum LocalSignIn: String, CaseIterable, Sendable {
    case all
    /// Administrators of everything: the way in while a provider is away.
    case admins
    case off
}

extension SettingRule {
    fileprivate static func number(
        _ range: ClosedRange<Int64>,
        zero: Bool = false,
        standard: Int64,
        _ unit: String?,
        _ chinese: String,
        _ english: String
    ) -> SettingRule {
        SettingRule(
            kind: .integer(range, zero: zero),
            standard: .integer(standard),
            unit: unit,
            chinese: chinese,
            english: english
        )
    }

    fileprivate static func words<Word: RawRepresentable & CaseIterable>(
        _ type: Word.Type,
        standard: Word,
        _ chinese: String,
        _ english: String
    ) -> SettingRule where Word.RawValue == String {
        SettingRule(
            kind: .choice(Word.allCases.map(\.rawValue)),
            standard: .text(standard.rawValue),
            unit: nil,
            chinese: chinese,
            english: english
        )
    }
}
