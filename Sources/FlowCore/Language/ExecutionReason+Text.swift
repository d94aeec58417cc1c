// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ExecutionReason {
    /// The reason in the words of people: what the API, the console and messages say.
    package var text: FireExplanation.Text {
        switch self {
        case .overlap: FireExplanation.Text(zh: "上一次执行尚未结束，本次跳过", en: "the previous execution was still running")
        case .misfire:
            FireExplanation.Text(zh: "错过了执行时间，已跳过", en: "the time was missed and the job skips missed times")
        case .misfireCoalesced: FireExplanation.Text(zh: "多次错过的执行已合并", en: "several missed times were put together")
        case .disabled: FireExplanation.Text(zh: "任务已停用或删除", en: "the job was disabled or deleted")
        case .staleConfig:
            FireExplanation.Text(zh: "任务在执行前已被修改，本次作废", en: "superseded: the job was changed before this was due")
        case .deadline: FireExplanation.Text(zh: "超过最晚开始时间", en: "it could not start before its deadline")
        case .agentOffline: FireExplanation.Text(zh: "主机离线", en: "the host was offline")
        case .policyDenied: FireExplanation.Text(zh: "不被允许，原因见说明", en: "it was not allowed; the detail says why")
        case .queueFull:
            FireExplanation.Text(zh: "该任务在主机上的等待队列已满", en: "too many executions of the job were waiting on the host")
        case .moved: FireExplanation.Text(zh: "已由其他主机接管", en: "another host has taken it over")
        case .noHost: FireExplanation.Text(zh: "截止时间前没有可用主机", en: "no host could take it before its deadline")
        case .maintenance: FireExplanation.Text(zh: "主机正在维护", en: "the host is in maintenance")
        case .waitingHost: FireExplanation.Text(zh: "等待可用主机", en: "waiting for a host")
        case .waitingWave: FireExplanation.Text(zh: "等待所在批次", en: "waiting for its wave")
        case .waveStopped: FireExplanation.Text(zh: "后续批次已停止", en: "no further wave began")
        case .itemStopped:
            FireExplanation.Text(
                zh: "列表中另有一项失败，不再开始其余项",
                en: "another item of the list failed, and no more of it began"
            )
        case .exitCode: FireExplanation.Text(zh: "命令返回了非零退出码", en: "the command ended with an exit code other than 0")
        case .signal: FireExplanation.Text(zh: "进程被信号终止", en: "the process was ended by a signal")
        case .spawn: FireExplanation.Text(zh: "进程无法启动", en: "the process could not be started")
        case .interrupted: FireExplanation.Text(zh: "主机或代理重启，执行被中断", en: "the host or its agent restarted meanwhile")
        case .lost:
            FireExplanation.Text(zh: "与主机失去联系，结果未知", en: "contact with the host was lost, the result is unknown")
        case .httpStatus: FireExplanation.Text(zh: "HTTP 状态码不符合预期", en: "the HTTP status was not an expected one")
        case .request: FireExplanation.Text(zh: "HTTP 请求失败", en: "the HTTP request failed")
        case .requested: FireExplanation.Text(zh: "已按请求停止", en: "somebody asked for it to be stopped")
        case .awaitingRetry: FireExplanation.Text(zh: "等待重试", en: "waiting for the next attempt")
        case .queued:
            FireExplanation.Text(zh: "排队等待前一次执行结束", en: "waiting until an earlier execution of the job has ended")
        }
    }
}
