// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The Chinese of what `--help` says, as a `Catalogue` reads it.
///
/// The English stands where options and commands are declared; a test walks through all commands and names what has no pair.
enum ChineseHelp {
    static let all = [
        Self.common,
        Self.tasks,
        Self.running,
        Self.executions,
        Self.people,
        Self.workflows,
        Self.notify,
        Self.files,
        Self.host,
        Self.routes,
    ]

    /// Of every command, of sections, of signing in.
    static let common = #"""
        en ARGUMENTS
        zh 参数
        en OPTIONS
        zh 选项
        en SUBCOMMANDS
        zh 子命令
        en POLICIES
        zh 策略
        en WHERE IT RUNS
        zh 在哪里运行
        en Schedules jobs on many hosts: the client of a server, and the agent of a host.
        zh 在许多主机上调度任务：服务器的客户端，也是主机上的代理。
        en Exit codes: 0 done, 1 failed, 2 wrong usage or values, 3 not found, 4 not signed in or not allowed, 5 server out of reach, 6 conflict with what is there, 7 files and server differ ('plan' and 'diff'), 8 it takes two persons and waits for the other one ('quicflow approval').
        zh 退出码：0 完成，1 失败，2 用法或值有误，3 不存在，4 未登录或不允许，5 连不上服务器，6 与现有内容冲突，7 文件与服务器不同（'plan' 和 'diff'），8 需要两个人，正在等待另一个人（'quicflow approval'）。
        en Show the version.
        zh 显示版本。
        en Show help information.
        zh 显示帮助。
        en Signs in at a server and remembers the session.
        zh 登录服务器，并记住会话。
        en The password is asked for on the terminal, or comes from a file or standard input; never from an argument. With --provider a browser signs in at an OpenID provider, on any machine, and shows a code for the terminal. A one-time code is asked for as well, or is a line of standard input: with --password-stdin the second one.
        zh 密码在终端上询问，或来自文件或标准输入；从不来自参数。使用 --provider 时，由任意机器上的浏览器在 OpenID 身份提供方登录，并显示一段要输入终端的代码。动态口令也会询问，或来自标准输入的一行：使用 --password-stdin 时是第二行。
        en Address of the server; $QUARTZFLOW_SERVER, or http://127.0.0.1:8475.
        zh 服务器的地址；$QUARTZFLOW_SERVER，或 http://127.0.0.1:8475。
        en Name of a server, see 'quicflow profile'; $QUARTZFLOW_PROFILE.
        zh 服务器的名称，见 'quicflow profile'；$QUARTZFLOW_PROFILE。
        en table for people, json for scripts.
        zh table 供人阅读，json 供脚本使用。
        en User name.
        zh 用户名。
        en File whose first line is the password.
        zh 第一行是密码的文件。
        en Read the password from the first line of standard input.
        zh 从标准输入的第一行读取密码。
        en Ends the session at a server and forgets it.
        zh 结束在服务器上的会话，并忘记它。
        en Changes your password, and ends your other sessions.
        zh 修改你的密码，并结束你的其他会话。
        en Both passwords are asked for on the terminal, or come as two lines on standard input.
        zh 两个密码在终端上询问，或作为两行来自标准输入。
        en Read the old password from the first line of standard input and the new one from the second.
        zh 从标准输入的第一行读取旧密码，第二行读取新密码。
        """#
}
