// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension FireExplanation {
    /// What hosts that are away will do with a fire to come.
    static func alone(_ names: String, _ policy: OfflinePolicy) -> Finding {
        switch policy {
        case .run:
            Finding(
                .willFire,
                .offline,
                zh: "\(names) 当前离线：若主机仍在运行，将按本地时钟触发，恢复连接后上报。",
                en: "\(names) is not connected: if it is up, it fires by its own clock and reports later."
            )
        case .skip:
            Finding(
                .willFire,
                .offline,
                zh: "\(names) 当前离线：任务设置为离线时不运行，届时仍未连接则跳过。",
                en: "\(names) is not connected: the job does not run without a server, so it is skipped there "
                    + "unless the host is back by then."
            )
        case .runFor:
            Finding(
                .willFire,
                .offline,
                zh: "\(names) 当前离线：在任务允许离线运行的时间内按本地时钟触发，之后跳过。",
                en: "\(names) is not connected: it fires by its own clock for as long as the job may run without "
                    + "a server, and then no more."
            )
        }
    }

    /// Left out because the host had no connection to a server for longer than the job runs without one.
    static func cutOff(_ verdict: Verdict) -> Finding {
        Finding(
            verdict,
            .offline,
            zh: "已跳过：主机当时与服务器断开，超过了任务允许离线运行的时间",
            en: "it was skipped: the host had no connection to a server then, longer than the job runs without one"
        )
    }
}
