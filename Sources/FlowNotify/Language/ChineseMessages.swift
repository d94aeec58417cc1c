// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The Chinese of what built-in messages say besides their ``BuiltInTemplate``s.
enum ChineseMessages {
    static let all = [Self.sentences, Self.triggers]

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
        en not started by {time}
        zh 到 {time} 仍未启动
        en not finished by {time}
        zh 到 {time} 仍未成功完成
        en still waits for {names}; that was due by {time}
        zh 仍在等待 {names}，本应在 {time} 前完成
        en the certificate ends at {time}
        zh 证书将于 {time} 到期
        en the clock is not to be believed
        zh 时钟不可信
        en the clock is off by {time}
        zh 时钟偏差 {time}
        en {percent} % free, {size} MiB
        zh 剩余 {percent}%，{size} MiB
        en the time of the run was over
        zh 运行超时
        en the time of the run was over; these steps failed: {steps}
        zh 运行超时；失败的步骤：{steps}
        en a step did not end well
        zh 有步骤未正常结束
        en these steps failed: {steps}
        zh 失败的步骤：{steps}
        en the run did not begin: another one was open, or it was too late
        zh 运行未开始：已有运行未结束，或已过了最晚开始时间
        en the step '{step}' waits for somebody's answer
        zh 步骤“{step}”等待有人答复
        en waits for {time}, longer than {limit}
        zh 已等待 {time}，超过 {limit}
        en runs for {time}, longer than {limit}
        zh 已运行 {time}，超过 {limit}
        """#

    static let triggers = #"""
        en success
        zh 成功
        en business failure
        zh 业务失败
        en technical failure
        zh 技术失败
        en workflow failed
        zh 工作流失败
        en workflow succeeded
        zh 工作流成功
        en workflow skipped
        zh 工作流已跳过
        en workflow asks
        zh 工作流等待答复
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
        en parents late
        zh 前置任务迟到
        en did not run by
        zh 到时未启动
        en not finished by
        zh 到时未完成
        en running longer than
        zh 运行时间过长
        en queue waiting
        zh 等待时间过长
        en certificate ending
        zh 证书即将到期
        en clock suspect
        zh 时钟异常
        en disk low
        zh 磁盘空间不足
        """#
}
