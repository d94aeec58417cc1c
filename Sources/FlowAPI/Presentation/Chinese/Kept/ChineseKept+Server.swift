// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseKept {
    /// What the server keeps: of slots, of steps, of calls and of messages.
    static let server = #"""
        en no host can take it, of {count}
        zh {count} 台主机都不能接手
        en taken from {host}
        zh 从 {host} 接手
        en Nothing was heard of {host} for its lease of {seconds} s and {more} s more; another host takes this over.
        zh 在 {seconds} 秒的租约和另外 {more} 秒内没有 {host} 的消息；由另一台主机接管。
        en Nothing was heard of {host} for its lease of {seconds} s; how far this came is unknown, and the job is not run again after an interruption.
        zh 在 {seconds} 秒的租约内没有 {host} 的消息；进行到哪里未知，任务中断后不重新运行。
        en No host could take this before its deadline. {why}.
        zh 截止时间之前没有主机能接手。{why}。
        en It could not be given to a host before its deadline {time}.
        zh 没能在截止时间 {time} 之前交给主机。
        en Earlier runs of the job were still open at its deadline.
        zh 到截止时间时任务先前的运行还没有结束。
        en Cancelled before a host was chosen.
        zh 选定主机之前就被取消。
        en a newer run of the job took its place
        zh 任务的新运行取代了它
        en There is no such step.
        zh 没有这个步骤。
        en The task of this step was deleted.
        zh 这个步骤的任务已被删除。
        en The workflow of this step was deleted.
        zh 这个步骤的工作流已被删除。
        en The workflow is disabled.
        zh 工作流已停用。
        en At most {count} workflows run within one another.
        zh 最多 {count} 个工作流层层嵌套。
        en the workflow '{name}' has no parameter '{parameter}'
        zh 工作流“{name}”没有参数“{parameter}”
        en the workflow '{name}' needs its parameter '{parameter}'
        zh 工作流“{name}”需要参数“{parameter}”
        en parameter '{name}' is not of type {type}
        zh 参数“{name}”不是类型 {type}
        en The list cannot be gone over: {fault}.
        zh 列表无法逐项处理：{fault}。
        en What it waits for did not come in time.
        zh 等待的事件没有按时到来。
        en It did not hand on its output '{name}'.
        zh 它没有交出输出“{name}”。
        en Its output '{name}' is not of type {type}.
        zh 它的输出“{name}”不是类型 {type}。
        en The list is empty.
        zh 列表是空的。
        en {failed} of {total} items failed.
        zh {total} 项中有 {failed} 项失败。
        en {skipped} of {total} items were skipped.
        zh {total} 项中有 {skipped} 项被跳过。
        en Another item failed, and nothing more of the list begins then.
        zh 另一项已失败，列表中其余的不再开始。
        en The task is disabled.
        zh 任务已停用。
        en Given up; its executions may still run.
        zh 已放弃；它的执行可能还在运行。
        en Nobody answered in time.
        zh 没有人及时答复。
        en {failed} of {total} executions failed.
        zh {total} 个执行中有 {failed} 个失败。
        en Every execution of it was skipped.
        zh 它的执行全部被跳过。
        en The task has no host.
        zh 任务没有主机。
        en The parameter '{name}' of the task is secret, and a workflow's values are readable.
        zh 任务的参数“{name}”是机密的，而工作流的值是可读的。
        en The time it waits for never comes.
        zh 它等待的时间不会到来。
        en Whoever saved the workflow '{name}' last is gone or disabled; somebody else has to save it again.
        zh 最后保存工作流“{name}”的人已不存在或已停用；请由其他人重新保存。
        en '{user}', who saved the workflow '{name}' last, may not run '{task}' on all its groups; somebody else has to save it again.
        zh 最后保存工作流“{name}”的“{user}”无权在全部分组上运行“{task}”；请由其他人重新保存。
        en Whoever saved this task last is gone; somebody has to save it again.
        zh 最后保存这个任务的人已不存在；请有人重新保存。
        en '{user}', who saved this task last, is disabled; somebody else has to save it again.
        zh 最后保存这个任务的“{user}”已停用；请由其他人重新保存。
        en '{user}', who saved this task last, may no longer run it on all its groups; somebody else has to save it again.
        zh 最后保存这个任务的“{user}”不再有权在全部分组上运行它；请由其他人重新保存。
        en the header {header} is missing
        zh 缺少请求头 {header}
        en X-Hub-Signature-256 is not sha256= and 64 hexadecimal digits
        zh X-Hub-Signature-256 不是 sha256= 加 64 位十六进制数
        en the signature is not right
        zh 签名不对
        en webhook-id, webhook-timestamp or webhook-signature is missing
        zh 缺少 webhook-id、webhook-timestamp 或 webhook-signature
        en webhook-timestamp is not within 300 s of now
        zh webhook-timestamp 与现在相差超过 300 秒
        en the signed time is not within 300 s of now
        zh 签名的时间与现在相差超过 300 秒
        en the token is not right
        zh 密钥不对
        en reported by {caller}
        zh 由 {caller} 上报
        en {count} of at most {limit} runs of this job were waiting
        zh 这个任务有 {count} 次运行在等待（最多 {limit} 次）
        en {count} of at most {limit} runs of this job were still open
        zh 这个任务还有 {count} 次运行没有结束（最多 {limit} 次）
        en The deadline for the tasks it waits for passed; missing: {names}
        zh 等待其他任务的截止时间已过；缺少：{names}
        """#

    /// What it concludes of hosts that say nothing of fires.
    static let owed = #"""
        en {count} fires from {first} through {last}: the host did not come back before the time to wait for it was over.
        zh 从 {first} 到 {last} 的 {count} 次触发：主机没有在等待时间内恢复。
        en 1 fire from {first} through {last}: the host did not come back before the time to wait for it was over.
        zh 从 {first} 到 {last} 的 1 次触发：主机没有在等待时间内恢复。
        en Fires from {first} through {last}: the host did not come back before the time to wait for it was over.
        zh 从 {first} 到 {last} 的触发：主机没有在等待时间内恢复。
        en At least {count} fires from {first} through {last}: the host did not come back before the time to wait for it was over.
        zh 从 {first} 到 {last} 的至少 {count} 次触发：主机没有在等待时间内恢复。
        en {count} fires from {first} through {last}: the host came back and gave no account of them.
        zh 从 {first} 到 {last} 的 {count} 次触发：主机恢复后没有说明它们。
        en 1 fire from {first} through {last}: the host came back and gave no account of them.
        zh 从 {first} 到 {last} 的 1 次触发：主机恢复后没有说明。
        en Fires from {first} through {last}: the host came back and gave no account of them.
        zh 从 {first} 到 {last} 的触发：主机恢复后没有说明它们。
        en At least {count} fires from {first} through {last}: the host came back and gave no account of them.
        zh 从 {first} 到 {last} 的至少 {count} 次触发：主机恢复后没有说明它们。
        en {count} fires from {first} through {last}: the host was deleted.
        zh 从 {first} 到 {last} 的 {count} 次触发：主机已被删除。
        en 1 fire from {first} through {last}: the host was deleted.
        zh 从 {first} 到 {last} 的 1 次触发：主机已被删除。
        en Fires from {first} through {last}: the host was deleted.
        zh 从 {first} 到 {last} 的触发：主机已被删除。
        en At least {count} fires from {first} through {last}: the host was deleted.
        zh 从 {first} 到 {last} 的至少 {count} 次触发：主机已被删除。
        """#
}
