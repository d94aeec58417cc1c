// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Reasons in the words of people.
enum ReasonText {
    static func json(_ reason: ExecutionReason?) -> JSON {
        guard let reason else { return .null }
        let (zh, en) = self.words(reason)
        return .object([
            .init("code", reason.rawValue), .init("text", JSON.object([.init("zh", zh), .init("en", en)])),
        ])
    }

    private static func words(_ reason: ExecutionReason) -> (String, String) {
        switch reason {
        case .overlap: ("上一次执行尚未结束，本次跳过", "the previous execution was still running")
        case .misfire: ("错过了执行时间，已跳过", "the time was missed and the job skips missed times")
        case .misfireCoalesced: ("多次错过的执行已合并", "several missed times were put together")
        case .disabled: ("任务已停用或删除", "the job was disabled or deleted")
        case .staleConfig: ("任务在执行前已被修改，本次作废", "superseded: the job was changed before this was due")
        case .deadline: ("超过最晚开始时间", "it could not start before its deadline")
        case .agentOffline: ("主机离线", "the host was offline")
        case .policyDenied: ("不被允许，原因见说明", "it was not allowed; the detail says why")
        case .queueFull: ("该任务在主机上的等待队列已满", "too many executions of the job were waiting on the host")
        case .moved: ("已由其他主机接管", "another host has taken it over")
        case .noHost: ("截止时间前没有可用主机", "no host could take it before its deadline")
        case .maintenance: ("主机正在维护", "the host is in maintenance")
        case .waitingHost: ("等待可用主机", "waiting for a host")
        case .waitingWave: ("等待所在批次", "waiting for its wave")
        case .waveStopped: ("后续批次已停止", "no further wave began")
        case .exitCode: ("命令返回了非零退出码", "the command ended with an exit code other than 0")
        case .signal: ("进程被信号终止", "the process was ended by a signal")
        case .spawn: ("进程无法启动", "the process could not be started")
        case .interrupted: ("主机或代理重启，执行被中断", "the host or its agent restarted meanwhile")
        case .lost: ("与主机失去联系，结果未知", "contact with the host was lost, the result is unknown")
        case .httpStatus: ("HTTP 状态码不符合预期", "the HTTP status was not an expected one")
        case .request: ("HTTP 请求失败", "the HTTP request failed")
        case .requested: ("已按请求停止", "somebody asked for it to be stopped")
        case .awaitingRetry: ("等待重试", "waiting for the next attempt")
        case .queued: ("排队等待前一次执行结束", "waiting until an earlier execution of the job has ended")
        }
    }
}
