// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseKept {
    /// What hosts say of how an execution ended.
    static let ends = #"""
        en {why}; the container {name} may still be there: {words}
        zh {why}；容器 {name} 可能还在：{words}
        en the container {name} may still be there: {words}
        zh 容器 {name} 可能还在：{words}
        en '{source}' leads to a path that can't be mounted
        zh “{source}”指向的路径无法挂载
        en '{source}' can't be mounted: {reason}
        zh 无法挂载“{source}”：{reason}
        en this host has no container engine: install Podman or Docker
        zh 这台主机没有容器引擎：请安装 Podman 或 Docker
        en the engine's command was ended by signal {number}
        zh 引擎的命令被信号 {number} 终止
        en exit status {code}
        zh 退出码 {code}
        en exit status 0, which is none of the job's success codes
        zh 退出码 0，它不在任务的成功退出码中
        en signal {number}
        zh 信号 {number}
        en killed by {signal}
        zh 被{signal}终止
        en stopped after its time limit: {ending}
        zh 到达超时限制后停止：{ending}
        en stopped on request: {ending}
        zh 按请求停止：{ending}
        en stopped on request
        zh 按请求停止
        en stopped because the agent was told to stop: {ending}
        zh 代理被停止时中断：{ending}
        en no process left after {span}
        zh {span} 后没有遗留进程
        en SIGTERM, {gone}
        zh SIGTERM，{gone}
        en SIGKILL, {gone}
        zh SIGKILL，{gone}
        en SIGTERM, SIGKILL after {span}, {gone}
        zh SIGTERM，{span} 后 SIGKILL，{gone}
        en 1 process left behind was ended ({names})
        zh 已结束遗留的 1 个进程（{names}）
        en {count} processes left behind were ended ({names})
        zh 已结束遗留的 {count} 个进程（{names}）
        en the system ended a process of it that needed more memory than there was for it
        zh 它的一个进程所需内存超过可用内存，被系统结束
        en and {count} more
        zh 另有 {count} 个
        en {why}, but {process} cannot be signalled: operation not permitted; it still runs
        zh {why}，但无法向{process}发送信号：不允许该操作；它仍在运行
        en process {pid} ({name}, of {user})
        zh 进程 {pid}（{name}，属于 {user}）
        en user {number}
        zh 用户 {number}
        en the time limit is over
        zh 已超过时间限制
        en it was cancelled
        zh 已被取消
        en the agent was told to stop
        zh 代理被停止
        en the script has ended
        zh 脚本已结束
        en cancelled before it started
        zh 还没有开始就被取消
        en cancelled while it waited for {what}
        zh 在等待{what}时被取消
        en a place
        zh 位置
        en a retry
        zh 重试
        en cancelled while it waited for a place
        zh 在等待位置时被取消
        en cancelled while it waited for its secrets
        zh 在等待密钥时被取消
        en stopped for a newer execution of the job
        zh 为任务的新执行而停止
        en {why} while attempt {attempt} was waited for
        zh 等待第 {attempt} 次尝试时：{why}
        en {why} while it waited for a place
        zh 等待位置时：{why}
        en attempt {attempt} of {count} ended ({cause}); the next is due at {time}
        zh 第 {attempt} 次尝试（共 {count} 次）已结束（{cause}）；下一次在 {time}
        en the agent or its host stopped while attempt {attempt} ran; what it did is unknown
        zh 第 {attempt} 次尝试运行时代理或主机停止；它做了什么未知
        en the process that watched over it died; what it did after that is unknown
        zh 看护它的进程已死；之后它做了什么未知
        en the agent was told to stop before it started
        zh 开始之前代理被停止
        en stopped because the agent was told to stop; no complete answer had come
        zh 代理被停止时中断；还没有收到完整的应答
        en its outputs were not taken: {reason}
        zh 它的输出值没有被采用：{reason}
        en the agent was started anew meanwhile, and cannot mask the secrets in them
        zh 期间代理重新启动过，无法遮盖其中的密钥
        en the file can't be read
        zh 文件读不了
        en it is no file
        zh 它不是文件
        en {end}; another host takes it over
        zh {end}；由另一台主机接管
        en no server was heard of for its lease of {seconds} s, so it was ended
        zh 租约的 {seconds} 秒内没有服务器的消息，因此结束
        en no server was heard of for the lease of this, so another host may have it
        zh 租约期间没有服务器的消息，它可能已在另一台主机上
        en its lease ended while it waited for a place on the host
        zh 在主机上等待位置时租约结束
        en cannot write its ledger: {reason}
        zh 无法写台账：{reason}
        """#
}
