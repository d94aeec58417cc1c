// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseHelp {
    /// Of people, tokens, secrets and calendars.
    static let people = #"""
        en Accounts: who may do what where.
        zh 账号：谁可以在哪里做什么。
        en Whoever has locked everybody out finds the way back with 'quicflow-server user' on the server's host.
        zh 把所有人都锁在外面时，可以在服务器的主机上用 'quicflow-server user' 恢复。
        en Lists users.
        zh 列出用户。
        en Shows a user and their grants.
        zh 显示一个用户和他的授权。
        en Creates a user and prints a password, which has to be changed at the first sign-in.
        zh 创建用户并显示密码，首次登录时必须修改。
        en viewer, developer, operator, admin, or one of 'quicflow role list'.
        zh viewer、developer、operator、admin，或 'quicflow role list' 中的一个。
        en Group on which the role holds, by name or number; repeat for several. Without any it holds everywhere.
        zh 角色在哪个分组有效，写名称或编号；可重复。不写则处处有效。
        en Letters, digits, '.', '_' and '-'; at most 64.
        zh 字母、数字、'.'、'_' 和 '-'；最多 64 个。
        en Gives a user another name.
        zh 给用户改名。
        en The new name.
        zh 新名称。
        en Locks a user out and ends all their sessions.
        zh 停用用户，并结束他的全部会话。
        en Lets a user sign in again.
        zh 让用户可以重新登录。
        en Deletes a user; what they did stays in the audit.
        zh 删除用户；他做过的事保留在审计中。
        en Prints a new password, which has to be changed at the next sign-in, and ends all sessions.
        zh 显示新密码，下次登录时必须修改，并结束全部会话。
        en Gives a user a role.
        zh 给用户一个角色。
        en Name or number of the user; id:9 and name:9 say which.
        zh 用户的名称或编号；用 id:9 和 name:9 说明是哪一种。
        en Takes a role away; 'quicflow user get' shows the numbers.
        zh 收回角色；编号用 'quicflow user get' 查看。
        en Number of the grant.
        zh 授权的编号。
        en Lists where a user is signed in; without a name, where you are.
        zh 列出用户在哪里登录；不写名称则是你自己。
        en Ends a user's sessions; without a name, all of yours but this one.
        zh 结束用户的会话；不写名称则是你自己的，当前会话除外。
        en Only this session.
        zh 只结束这个会话。
        en Roles: the four that are built in, and sets of permissions of your own.
        zh 角色：内置的四个，以及自定义的权限集合。
        en Lists roles and what they allow.
        zh 列出角色和它们的权限。
        en Makes a role.
        zh 创建角色。
        en Permission, such as jobs:run; repeat for several.
        zh 权限，如 jobs:run；可重复。
        en What it is for.
        zh 它的用途。
        en Name.
        zh 名称。
        en Changes what everybody who has a role may do, at once.
        zh 修改角色的权限，对拥有它的人立即生效。
        en Deletes a role that nobody has.
        zh 删除没有人拥有的角色。
        en API tokens: what programs sign in with instead of a password.
        zh API 令牌：程序用它代替密码登录。
        en A program sends it as 'Authorization: Bearer …'; quicflow itself takes it from $QUARTZFLOW_TOKEN.
        zh 程序以 'Authorization: Bearer …' 发送它；quicflow 自己从 $QUARTZFLOW_TOKEN 读取。
        en Lists your tokens.
        zh 列出你的令牌。
        en Everybody's, for administrators.
        zh 所有人的，仅供管理员。
        en Makes a token and prints it, this once.
        zh 创建令牌并显示，只显示这一次。
        en Name, unique among yours: what it is for.
        zh 名称，在你的令牌中不能重复：它的用途。
        en Gives it what this role may: viewer, developer, operator, admin, or one of your own.
        zh 给它这个角色的权限：viewer、developer、operator、admin，或自定义的角色。
        en Gives it this permission, such as jobs:run; repeat for several.
        zh 给它这个权限，如 jobs:run；可重复。
        en Only on this group, by name or number; repeat for several. Without any, wherever you may.
        zh 只在这个分组有效，写名称或编号；可重复。不写则在你有权的所有地方。
        en Days until it ends, at most 366; 90 unless said otherwise.
        zh 多少天后失效，最多 366；不写则为 90。
        en Ends a token at once.
        zh 立即撤销令牌。
        en Name of one of your tokens, or the number of any that you may end; id:9 and name:9 say which.
        zh 你的令牌的名称，或你可以撤销的任何令牌的编号；用 id:9 和 name:9 说明是哪一种。
        en Secrets: values that tasks name as secret:NAME and nobody can read.
        zh 密钥：任务以 secret:NAME 引用的值，没有人能读取。
        en Lists secrets, without values.
        zh 列出密钥，不含值。
        en Shows a secret and the tasks that name it, without its value.
        zh 显示一个密钥和引用它的任务，不含值。
        en Sets a secret's value, or who may use it.
        zh 设置密钥的值，或谁可以使用它。
        en The value is asked for on the terminal, or comes from a file or standard input; never from an argument, which everybody on the host could read. One line feed at its end is left out.
        zh 值在终端上询问，或来自文件或标准输入；从不来自参数，否则主机上的任何人都能看到。末尾的一个换行会去掉。
        en Letters, digits and '_', at most 64.
        zh 字母、数字和 '_'，最多 64 个。
        en File that holds the value.
        zh 含有值的文件。
        en Read the value from standard input.
        zh 从标准输入读取值。
        en Group whose tasks may name it, by name or number; repeat for several.
        zh 哪个分组的任务可以引用它，写名称或编号；可重复。
        en Tasks of every group may name it.
        zh 所有分组的任务都可以引用它。
        en Leave the value and only change for which groups it is.
        zh 不改变值，只改变它用于哪些分组。
        en Also when tasks that name it could not run any more.
        zh 即使引用它的任务因此不能运行。
        en Deletes a secret.
        zh 删除密钥。
        en Also while tasks name it, which then do not run any more.
        zh 即使还有任务引用它，那些任务之后不能运行。
        en Calendars: holidays and maintenance windows in which tasks do not fire.
        zh 日历：任务不触发的假日和维护时段。
        en Lists calendars.
        zh 列出日历。
        en Shows a calendar's times and the tasks that keep to it.
        zh 显示日历的时间和使用它的任务。
        en Makes a calendar, or puts other times into it; the tasks that keep to it are planned anew.
        zh 创建日历，或替换它的时间；使用它的任务会重新计划。
        en --day 2026-10-01..2026-10-07=National Day names whole days, --yearly 2026-01-01=New Year those of every year, and --between 2026-12-24T22:00:00Z..2026-12-25T04:00:00Z=Maintenance a window. An iCalendar file may have whole days, once or every year, and events with a beginning and an end; a line that says more is refused.
        zh --day 2026-10-01..2026-10-07=National Day 写整天，--yearly 2026-01-01=New Year 写每年的日子，--between 2026-12-24T22:00:00Z..2026-12-25T04:00:00Z=Maintenance 写一段时间。iCalendar 文件可以有一次或每年的整天，以及有开始和结束的事件；写得更多的行会被拒绝。
        en Letters, digits, '-' and '_', at most 64.
        zh 字母、数字、'-' 和 '_'，最多 64 个。
        en iCalendar file (.ics) that holds all its times; '-' reads standard input.
        zh 含有全部时间的 iCalendar 文件（.ics）；'-' 表示标准输入。
        en A day or days with a name; repeat for several.
        zh 一天或几天，带名称；可重复。
        en A day or days of every year with a name; repeat for several.
        zh 每年的一天或几天，带名称；可重复。
        en Two RFC 3339 times with a name; repeat for several.
        zh 两个 RFC 3339 时间，带名称；可重复。
        en Deletes a calendar that no task keeps to.
        zh 删除没有任务使用的日历。
        en Rights: why somebody may do something, or what they lack.
        zh 权限：为什么可以做某事，或缺少什么。
        en Takes all rights for a while, in an emergency: without the second person, and audited.
        zh 紧急情况下在一段时间内取得所有权限：不需要第二个人，并会记入审计。
        en Says whether somebody may do something with an object, by which role, or what is missing.
        zh 说明某人能否对某个对象做某事、凭哪个角色，或缺少什么。
        en About yourself; about others it takes the right to see users. Exit codes: 0 allowed, 4 not allowed.
        zh 可以查询自己；查询别人需要查看用户的权限。退出码：0 允许，4 不允许。
        en Permission, such as jobs:run.
        zh 权限，如 jobs:run。
        en Whose rights; yours without it.
        zh 谁的权限；不写就是自己的。
        en What it is about: task, workflow, group, client, execution or run, a colon, and its id.
        zh 对象：task、workflow、group、client、execution 或 run，冒号，再写编号。
        en Needs the permission breakglass:use and the password again; whom an OpenID provider signs in signs in there anew, by a browser. It ends by itself; --end gives it back before. Everybody whom a rule with 'break_glass' tells hears of it.
        zh 需要 breakglass:use 权限，并再次输入密码；由 OpenID 身份提供方登录的人用浏览器在那里重新登录。它会自行结束；--end 提前交还。设有 'break_glass' 规则的通知对象都会收到消息。
        en Why; it stands in each row of the audit.
        zh 原因；会写在每一条审计记录里。
        en For how many minutes, from 5; as long as is allowed without it.
        zh 持续多少分钟，至少 5；不写则为允许的最长时间。
        en Give the rights back.
        zh 交还权限。
        """#
}
