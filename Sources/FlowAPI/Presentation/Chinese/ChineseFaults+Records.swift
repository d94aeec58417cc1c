// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// About what is not there, is there already, or is in use.
    static let records = #"""
        en There is no backfill {id}. It may be older than the history that is kept.
        zh 没有补跑 {id}，可能已超出保留的历史。
        en Backfill {id} of the task '{jobName}' is under way. Wait until it has ended, or cancel it.
        zh 任务“{jobName}”的补跑 {id} 正在进行。请等它结束，或取消它。
        en backfill {id} is under way
        zh 补跑 {id} 正在进行
        en '{name}' starts {named}. Change those first, or delete with detach=true to take it out of what they wait for.
        zh “{name}”会启动 {named}。请先修改它们，或用 detach=true 删除，同时把它从它们的依赖中去掉。
        en This server can't read what the task '{name}' says: a newer one wrote it. It stays as it is; upgrade this server, or ask a newer one.
        zh 此服务器无法读取任务“{name}”的内容：它由更新版本的服务器写入。它保持原样；请升级此服务器，或使用更新的服务器。
        en This server can't read what the workflow '{name}' says: a newer one wrote it. It stays as it is; upgrade this server, or ask a newer one.
        zh 此服务器无法读取工作流“{name}”的内容：它由更新版本的服务器写入。它保持原样；请升级此服务器，或使用更新的服务器。
        en '{name}' is a step of {named}. Take it out there first.
        zh “{name}”是 {named} 的步骤。请先在那里去掉它。
        en the tasks would wait for each other: {text}
        zh 任务会互相等待：{text}
        en {count} tasks would wait for each other in a row, of at most {depthLimit}: {text}
        zh {count} 个任务依次等待，最多 {depthLimit} 个：{text}
        en The task cannot be saved: dependencies: {message}
        zh 任务不能保存：dependencies：{message}
        en there is no task {parent}
        zh 没有任务 {parent}
        en task {parent} starts {dependentLimit} others already
        zh 任务 {parent} 已经会启动 {dependentLimit} 个任务
        en Nothing that '{name}' waits for counts by now. Run it by hand instead.
        zh “{name}”所等待的任务现在都不算数了。请手动运行它。
        en There is no webhook {id}.
        zh 没有 Webhook {id}。
        en The task has a webhook named '{name}' already. Choose another name.
        zh 任务已有名为“{name}”的 Webhook。请换一个名称。
        en this name is taken
        zh 这个名称已被使用
        en A task has at most {limit} webhooks. Delete one that nobody calls.
        zh 一个任务最多 {limit} 个 Webhook。请删除没有人调用的。
        en The database holds something this version can't read: {what}. Restore a backup or upgrade.
        zh 数据库中有这个版本读不了的内容：{what}。请恢复备份或升级。
        en There is no task {id}. It may have been deleted.
        zh 没有任务 {id}，可能已被删除。
        en The task '{name}' is not changed while it runs (on_edit_while_running 'refuse'): execution {id} on host {agentID} has not ended. Wait for it, or cancel it.
        zh 任务“{name}”运行时不能修改（on_edit_while_running 'refuse'）：主机 {agentID} 上的执行 {id} 还没有结束。请等它结束，或取消它。
        en execution {id} has not ended
        zh 执行 {id} 还没有结束
        en Run {id} is the server's own work: it is a record, and can neither be stopped nor run again.
        zh {id} 是服务器自身的维护工作，只是一条记录，不能停止，也不能再次运行。
        en There is no group {id}. List the groups and choose one of them.
        zh 没有分组 {id}。请列出分组，选择其中之一。
        en There is no agent '{id}'. It may have been deleted, or was never enrolled.
        zh 没有代理“{id}”，可能已被删除，或从未加入。
        en There is no execution {id}. It may be older than the retention time.
        zh 没有执行 {id}，可能已超出保留时间。
        en There is no user {id}.
        zh 没有用户 {id}。
        en There is no secret '{name}'. Set it first, with its value.
        zh 没有密钥“{name}”。请先设置它和它的值。
        en A secret named '{name}' exists already. Choose another name.
        zh 已有名为“{name}”的密钥。请换一个名称。
        en The secret '{name}' was set by somebody else in the meantime. Try again.
        zh 密钥“{name}”刚被别人设置过。请再试一次。
        en  and {count} more
        zh 等 {count} 个
        en The secret '{name}' is named by {named}{more}, which could not run without it. Change them first, or force it.
        zh 密钥“{name}”被 {named}{more} 使用，没有它就不能运行。请先修改它们，或强制删除。
        en secret_unavailable: the server has lost its master key. Restore secrets.key from its backup.
        zh secret_unavailable：服务器丢失了主密钥。请从备份恢复 secrets.key。
        en There is no calendar '{name}'. It may have been deleted.
        zh 没有日历“{name}”，可能已被删除。
        en The calendar '{name}' was changed by somebody else in the meantime. Try again.
        zh 日历“{name}”刚被别人修改过。请再试一次。
        en The calendar '{name}' is used by {named}{more}. Take it out there first.
        zh 日历“{name}”正被 {named}{more} 使用。请先从那里去掉它。
        en There are {limit} calendars. Delete one first.
        zh 已有 {limit} 个日历。请先删除一个。
        en There is no role '{name}'. List the roles and choose one of them.
        zh 没有角色“{name}”。请列出角色，选择其中之一。
        en A role named '{name}' exists already. Choose another name.
        zh 已有名为“{name}”的角色。请换一个名称。
        en {named}{more} have the role '{name}'. Take it from them first.
        zh {named}{more} 拥有角色“{name}”。请先收回。
        en There are {limit} roles. Delete one first.
        zh 已有 {limit} 个角色。请先删除一个。
        en There is a second factor already, or none that waits for its first code. Turn it off first, or begin again.
        zh 已设置动态口令，或没有等待首个动态口令的设置。请先关闭它，或重新开始。
        en There is no second factor. Set one up first.
        zh 没有动态口令。请先设置。
        en Settings were changed by somebody else in the meantime. Read them again and repeat your change.
        zh 设置刚被别人修改过。请重新读取，再修改。
        en You have no view {id}. It may have been deleted already.
        zh 你没有视图 {id}。它可能已被删除。
        en You have {limit} views of this list already. Forget one first.
        zh 这个列表你已有 {limit} 个视图。请先删除一个。
        en You have {limit} preferences already. Forget some first.
        zh 你已有 {limit} 项偏好。请先删除一些。
        en The preferences can't be kept
        zh 偏好无法保存
        en a preference's name has 1 to {nameLimit} small letters, underscores and points between words
        zh 偏好的名称为 1 到 {nameLimit} 个小写字母、下划线，词之间用点分隔
        en a preference has at most {valueLimit} bytes, and no control characters
        zh 一项偏好最多 {valueLimit} 字节，不含控制字符
        en The view can't be kept
        zh 视图无法保存
        en a view's name has 1 to {nameLimit} characters, and no control characters
        zh 视图名称为 1 到 {nameLimit} 个字符，不含控制字符
        en a view has at most {parameterLimit} parameters
        zh 一个视图最多有 {parameterLimit} 个参数
        en a parameter has a name of 1 to {parameterNameLimit} bytes and a value of at most {valueLimit}, without control characters
        zh 参数名为 1 到 {parameterNameLimit} 字节，值最多 {valueLimit} 字节，都不含控制字符
        en There is no token {id}. It may have been deleted already.
        zh 没有令牌 {id}，可能已被删除。
        en You have a token named '{name}' already. Choose another name, or delete that one.
        zh 你已有名为“{name}”的令牌。请换一个名称，或删除那一个。
        en A user has at most {limit} tokens. Delete some that are not used any more.
        zh 一个用户最多 {limit} 个令牌。请删除不再使用的。
        en There is no session '{id}'. It may have ended already.
        zh 没有会话“{id}”，可能已经结束。
        en A job named '{name}' exists already. Choose another name.
        zh 已有名为“{name}”的任务。请换一个名称。
        en A channel named '{name}' exists already. Choose another name.
        zh 已有名为“{name}”的渠道。请换一个名称。
        en There is no channel {id}. List the channels and choose one of them.
        zh 没有渠道 {id}。请列出渠道，选择其中之一。
        en There is no rule {id}. It may have been deleted.
        zh 没有规则 {id}，可能已被删除。
        en There is no incident {id}. It may be older than 30 days.
        zh 没有告警 {id}，可能已超过 30 天。
        en There is no delivery {id}. It may be older than 30 days.
        zh 没有通知记录 {id}，可能已超过 30 天。
        en a rule
        zh 一条规则
        en The channel '{name}' is named by {number}: {named}{more}. Change those first.
        zh 渠道“{name}”正被{number}使用：{named}{more}。请先修改它们。
        en A group named '{name}' exists already. Choose another name.
        zh 已有名为“{name}”的分组。请换一个名称。
        en A user named '{name}' exists already. Choose another name.
        zh 已有名为“{name}”的用户。请换一个名称。
        en Job '{name}' was changed in the meantime: it is at version {version}, you changed version {expected}. Load it again and repeat your change.
        zh 任务“{name}”刚被修改过：现在是版本 {version}，你修改的是版本 {expected}。请重新加载后再修改。
        en version {version} is stored
        zh 现在保存的是版本 {version}
        en a job
        zh 一个任务
        en Group '{name}' is bound to {number}: {named}{more}. Bind them to another group first.
        zh 分组“{name}”绑定了{number}：{named}{more}。请先把它们绑定到别的分组。
        en Rule {number} puts hosts into group '{name}'. Change the rules first.
        zh 规则 {number} 把主机放入分组“{name}”。请先修改规则。
        en The group 'all' is built in and can't be {change}: it always holds every agent.
        zh 分组“all”是内置的，不能{change}：它始终包含全部主机。
        en Job '{name}' reaches no agent, so there is nothing to start. Add agents to its groups, or choose others.
        zh 任务“{name}”没有主机，没有什么可启动。请把主机加入它的分组，或选择别的分组。
        en An agent '{id}' is enrolled already. Delete it first, or enrol under another id.
        zh 已有代理“{id}”。请先删除它，或用别的编号加入。
        en Somebody else sealed rows of the audit chain '{chain}' meanwhile.
        zh 别人刚为审计链“{chain}”的记录加了封印。
        en Another server has looked at '{trigger}' of '{rule}' meanwhile.
        zh 另一台服务器刚刚检查过“{rule}”的“{trigger}”。
        en Somebody else reads the event log as '{reader}'.
        zh 别人正以“{reader}”读取事件日志。
        en The user has no grant {id}. It may have been taken away already.
        zh 用户没有授权 {id}，可能已被收回。
        en '{username}' is signed in by '{provider}' and has no password here. Change it there.
        zh “{username}”由“{provider}”登录，在这里没有密码。请在那里修改。
        en signed in elsewhere
        zh 在别处登录
        en This role comes from the user's groups at '{provider}' and would come back. Take the group away there, or change the configuration's group map.
        zh 这个角色来自用户在“{provider}”的用户组，收回后会再次出现。请在那里去掉用户组，或修改配置中的用户组映射。
        en given by '{provider}'
        zh 由“{provider}”授予
        en Nobody would be left who is administrator everywhere. Make somebody else administrator first.
        zh 这样就没有人是全部范围的管理员了。请先让别人成为管理员。
        en the last administrator
        zh 最后一个管理员
        en This join token is unknown, has expired or was used before. Ask an administrator for a new one.
        zh 这个加入令牌不存在、已过期或已用过。请向管理员要一个新的。
        """#
}
