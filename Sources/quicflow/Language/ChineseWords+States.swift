// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseWords {
    /// Of ``Words``: states, outcomes and kinds, behind what they belong to where that matters.
    static let states = #"""
        en online
        zh 在线
        en offline
        zh 离线
        en enabled
        zh 已启用
        en disabled
        zh 已停用
        en finished
        zh 已完成
        en paused until {time}
        zh 暂停至 {time}
        en paused after failures
        zh 因失败而暂停
        en active
        zh 有效
        en deleted
        zh 已删除
        en all
        zh 全部
        en nothing
        zh 无
        en execution: pending
        zh 等待中
        en execution: running
        zh 运行中
        en execution: success
        zh 成功
        en execution: failure
        zh 失败
        en execution: timeout
        zh 超时
        en execution: cancelled
        zh 已取消
        en execution: skipped
        zh 已跳过
        en success
        zh 成功
        en failure
        zh 失败
        en cancelled
        zh 已取消
        en skipped
        zh 已跳过
        en approval: pending
        zh 待审批
        en approval: approved
        zh 已批准
        en approval: applied
        zh 已执行
        en approval: failed
        zh 执行失败
        en approval: rejected
        zh 已驳回
        en approval: withdrawn
        zh 已撤回
        en approval: expired
        zh 已过期
        en approval: stale
        zh 已作废
        en approval: job
        zh 任务
        en edit
        zh 修改
        en delete
        zh 删除
        en enable
        zh 启用
        en disable
        zh 停用
        en run
        zh 运行
        en backfill
        zh 补跑
        en stop
        zh 强制停止
        en grant
        zh 授权
        en settings
        zh 设置
        en execution
        zh 执行
        en role
        zh 角色
        en workflow_run
        zh 工作流运行
        en incident: waiting
        zh 待发送
        en incident: open
        zh 未恢复
        en incident: closed
        zh 已恢复
        en business_failure
        zh 业务失败
        en technical_failure
        zh 技术失败
        en missed
        zh 错过
        en lost
        zh 失联
        en recovered
        zh 恢复
        en host_offline
        zh 主机离线
        en host_back
        zh 主机恢复
        en approval_waiting
        zh 等待审批
        en break_glass
        zh 紧急授权
        en parents_late
        zh 前置任务迟到
        en workflow_failed
        zh 工作流失败
        en workflow_succeeded
        zh 工作流成功
        en workflow_skipped
        zh 工作流已跳过
        en workflow_asks
        zh 工作流等待答复
        en did_not_run_by
        zh 到时未启动
        en not_finished_by
        zh 到时未完成
        en running_longer_than
        zh 运行时间过长
        en queue_waiting
        zh 等待时间过长
        en certificate_ending
        zh 证书即将到期
        en clock_suspect
        zh 时钟异常
        en unreadable
        zh 无法读取
        en a newer server wrote it; this one neither starts nor changes it
        zh 由更新版本的服务器写入；此服务器既不启动也不修改它
        en disk_low
        zh 磁盘空间不足
        en delivery: queued
        zh 排队中
        en delivery: sending
        zh 发送中
        en delivery: sent
        zh 已发送
        en delivery: dead
        zh 发送失败
        en delivery: merged
        zh 已合并
        en silence: active
        zh 静默中
        en silence: ended
        zh 已结束
        en report: day
        zh 每天
        en report: week
        zh 每周
        en report: month
        zh 每月
        en hook: started
        zh 已启动
        en hook: repeated
        zh 重复，未再启动
        en hook: filtered
        zh 不符合条件
        en hook: refused
        zh 签名不对
        en hook: invalid
        zh 正文有误
        en edge: waiting
        zh 尚未结束
        en edge: met
        zh 已满足
        en edge: unmet
        zh 未按要求结束
        en script
        zh 脚本
        en http
        zh 请求
        en wait
        zh 等待
        en approval
        zh 审批
        en decision
        zh 判断
        en noop
        zh 汇合
        en waiting
        zh 等待中
        en ready
        zh 待开始
        en started
        zh 运行中
        en succeeded
        zh 成功
        en failed
        zh 失败
        en running
        zh 运行中
        en paused
        zh 已暂停
        en stopping
        zh 正在停止
        en queued
        zh 排队中
        en compensating
        zh 正在撤销
        en finalising
        zh 正在收尾
        en ended
        zh 已结束
        en always
        zh 总是
        en approve
        zh 同意
        en reject
        zh 拒绝
        en step: job
        zh 任务
        en step: EXECUTION
        zh 在主机上失败
        en step: TIMEOUT
        zh 超时
        en step: NO_HOST
        zh 没有可运行的主机
        en step: DISABLED
        zh 任务已停用
        en step: DELETED
        zh 任务已被删除
        en step: DENIED
        zh 保存工作流的人无权运行它
        en step: EXPRESSION
        zh 表达式无法求值
        en step: REJECTED
        zh 被拒绝
        en step: map
        zh 逐项执行
        en step: workflow
        zh 子工作流
        en step: MAP
        zh 无法取得列表
        en step: OUTPUT
        zh 缺少声明的输出
        en step: DEPTH
        zh 工作流嵌套过深
        en step: CHILD_SKIPPED
        zh 所有执行都被跳过
        en step: NOT_CHOSEN
        zh 未被选择
        en step: UPSTREAM_FAILED
        zh 前面的步骤失败
        en step: STOPPED
        zh 运行在此之前已停止
        en step: IF_DISABLED
        zh 已跳过：任务已停用
        en step: REQUESTED
        zh 按请求停止
        en step: ABANDONED
        zh 已放弃
        en default
        zh 默认
        en database
        zh 数据库
        en file
        zh 文件
        en environment
        zh 环境变量
        en verdict: not_due
        zh 不在计划内
        en verdict: unscheduled
        zh 没有计划
        en verdict: will_fire
        zh 将会触发
        en verdict: fired
        zh 已触发
        en verdict: running
        zh 正在运行
        en verdict: late
        zh 晚点触发
        en verdict: pending
        zh 尚未回报
        en verdict: coalesced
        zh 已合并
        en verdict: stopped
        zh 调度器已停止
        en verdict: disabled
        zh 未启用
        en verdict: schedule
        zh 调度计划
        en verdict: status
        zh 启用状态
        en verdict: limits
        zh 起止时间或时间窗口
        en verdict: calendar
        zh 日历
        en verdict: pause
        zh 暂停或已完成
        en verdict: admission
        zh 准入
        en verdict: jitter
        zh 随机延迟
        en verdict: overlap
        zh 上次未结束时
        en verdict: queue
        zh 排队
        en verdict: misfire
        zh 错过执行时
        en verdict: deadline
        zh 最晚开始
        en verdict: retry
        zh 重试
        en verdict: cancel
        zh 停止
        en verdict: configuration
        zh 任务版本
        en verdict: offline
        zh 主机离线
        en verdict: reconnect
        zh 主机重连
        en verdict: scheduler
        zh 调度器停止
        en verdict: maintenance
        zh 主机维护
        en every {seconds} s
        zh 每 {seconds} 秒
        en {seconds} s after the end
        zh 结束后 {seconds} 秒
        en once {time}
        zh 一次，{time}
        en manual
        zh 手动
        en after other tasks
        zh 在其他任务之后
        en {times} but not {except}
        zh {times}，除去 {except}
        en exit {code}
        zh 退出码 {code}
        en {time} (ended)
        zh {time}（已结束）
        en {session} (this one)
        zh {session}（当前）
        en {state}, new password due
        zh {state}，须修改密码
        en {role} on {scope}
        zh {role}，限 {scope}
        en task {task}
        zh 任务 {task}
        en group {group}
        zh 分组 {group}
        en host {host}
        zh 主机 {host}
        en rule {rule}
        zh 规则 {rule}
        en answers
        zh 应答这条命令
        en keeper
        zh 负责通知、依赖和清理
        en rests
        zh 已腾空
        en until {time} {zone}
        zh 直到 {time} {zone}
        en {seconds} s
        zh {seconds} 秒
        en workflow {workflow}
        zh 工作流 {workflow}
        en {kind} for each of {list}
        zh 对 {list} 逐项执行{kind}
        en {step} (to undo it)
        zh {step}（撤销它）
        en everything, at any end
        zh 其他全部步骤之后，任何情况下
        en task {task}: {end}
        zh 任务 {task}：{end}
        en message '{topic}'
        zh 消息“{topic}”
        en {name} (known when it runs)
        zh {name}（运行时才知道）
        en {count} items
        zh {count} 项
        en until {time}
        zh 到 {time}
        en chose {steps}
        zh 选择 {steps}
        en {step} (choice)
        zh {step}（选择）
        en {name} ({id}), version {version}
        zh {name}（{id}），版本 {version}
        en {cron} {zone}, next {time}
        zh {cron} {zone}，下次 {time}
        en {done}, {count} failed
        zh {done}，{count} 个失败
        en {decision} by {name} {comment}
        zh {decision}：{name} {comment}
        en {zone}, dst: {dst}
        zh {zone}，夏令时：{dst}
        en {from} to {until}, {zone}
        zh {from} 到 {until}，{zone}
        en {calendar}, on blackout: {word}
        zh {calendar}，日历内的时间：{word}
        en {parameter}, required
        zh {parameter}，必填
        en {placement} (only the server fires it)
        zh {placement}（只由服务器触发）
        en {statement}\n  with {values}
        zh {statement}\n  参数 {values}
        en {state} ({reason})
        zh {state}（{reason}）
        en asking the agent (process {pid}) to end its jobs
        zh 正在请求代理（进程 {pid}）结束它的任务
        en nothing is left running
        zh 没有遗留的运行
        en ended what {count} runners had left running
        zh 已结束 {count} 个 runner 遗留的运行
        en [{count} bytes left out]
        zh [省略 {count} 字节]
        en Give a filter, or --all.
        zh 请写筛选条件，或 --all。
        en Give --for or --until.
        zh 请写 --for 或 --until。
        en Say what about: --incident alone, or --rule, --task, --group, --host and --label.
        zh 请写明对象：单独用 --incident，或用 --rule、--task、--group、--host 和 --label。
        en Say one of --for, --until and --end.
        zh --for、--until 和 --end 要写其中一个。
        en Name the agents, or a --group.
        zh 请写主机，或 --group。
        en --until is '{until}'; write a time and zone, such as 2026-12-24T06:00:00+08:00.
        zh --until 是“{until}”；请写带时区的时间，如 2026-12-24T06:00:00+08:00。
        en --force belongs to stop.
        zh --force 只用于 stop。
        en '{text}' is no name=value.
        zh “{text}”不是 name=value。
        """#
}
