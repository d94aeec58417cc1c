// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The Chinese of what built-in messages say besides their ``BuiltInTemplate``s.
enum ChineseMessages {
    static let all = [Self.sentences, Self.triggers, Self.states]

    static let sentences = #"""
        en Test of '{channel}'
        zh 测试“{channel}”
        en {user} sent this test at {time}. Nothing has failed.
        zh {user} 于 {time} 发送了这条测试消息。没有任何失败。
        en {count} notifications
        zh {count} 条通知
        en … and {count} more
        zh …… 另有 {count} 条
        en {count} hosts: same failure
        zh {count} 台主机：相同的失败
        en the last {count} hosts: same failure
        zh 最近 {count} 台主机：相同的失败
        en this is a test: nothing has failed
        zh 这是测试：没有任何失败
        en exit code {code}
        zh 退出码 {code}
        en {count} ms
        zh {count} 毫秒
        en {count} s
        zh {count} 秒
        en {minutes} m {seconds} s
        zh {minutes} 分 {seconds} 秒
        en {hours} h {minutes} m
        zh {hours} 小时 {minutes} 分
        """#

    static let triggers = #"""
        en success
        zh 成功
        en business failure
        zh 业务失败
        en technical failure
        zh 技术失败
        en timeout
        zh 超时
        en cancelled
        zh 已取消
        en skipped
        zh 已跳过
        en missed
        zh 错过
        en lost
        zh 失联
        en recovered
        zh 恢复
        en host offline
        zh 主机离线
        en host back
        zh 主机恢复
        en approval waited for
        zh 有待审批
        en emergency access
        zh 紧急授权
        """#

    static let states = #"""
        en execution: PENDING
        zh 等待中
        en execution: RUNNING
        zh 运行中
        en execution: SUCCESS
        zh 成功
        en execution: FAILURE
        zh 失败
        en execution: TIMEOUT
        zh 超时
        en execution: CANCELLED
        zh 已取消
        en execution: SKIPPED
        zh 已跳过
        en reason: OVERLAP
        zh 上一次执行还没有结束
        en reason: MISFIRE
        zh 错过了触发时间
        en reason: MISFIRE_COALESCED
        zh 错过的触发已合并
        en reason: DISABLED
        zh 任务已停用
        en reason: STALE_CONFIG
        zh 主机上的任务版本已过时
        en reason: DEADLINE
        zh 超过了开始的截止时间
        en reason: AGENT_OFFLINE
        zh 主机离线
        en reason: POLICY_DENIED
        zh 主机的策略不允许
        en reason: QUEUE_FULL
        zh 队列已满
        en reason: MOVED
        zh 由另一台主机接管
        en reason: NO_HOST
        zh 没有主机能接手
        en reason: MAINTENANCE
        zh 主机维护中
        en reason: WAVE_STOPPED
        zh 分批已停止
        en reason: EXIT
        zh 退出码不是成功
        en reason: SIGNAL
        zh 被信号终止
        en reason: SPAWN
        zh 无法启动
        en reason: INTERRUPTED
        zh 被中断
        en reason: LOST
        zh 失联
        en reason: HTTP_STATUS
        zh HTTP 状态码不是成功
        en reason: REQUEST
        zh 请求没有得到应答
        en reason: REQUESTED
        zh 按请求停止
        en reason: AWAITING_RETRY
        zh 等待重试
        en reason: QUEUED
        zh 排队中
        en reason: WAITING_HOST
        zh 等待主机
        en reason: WAITING_WAVE
        zh 等待下一批
        """#
}
