// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore

/// What the signs of a host mean.
enum AgentExam {
    /// How long an agent may be late with the renewal of its certificate before somebody should look; milliseconds.
    private static let patience: Int64 = 86_400_000

    static func findings(_ signs: AgentSigns, now: Timestamp) -> [Finding] {
        var findings = signs.directory.findings(of: "agent")
        guard signs.directory.isOpen else { return findings }
        findings.append(self.process(signs))
        findings += self.identity(signs.identity, now: now)
        findings += signs.servers.map { self.server($0.address, $0.answer) }
        if !signs.missingPrograms.isEmpty {
            let names = signs.missingPrograms.joined(separator: ", ")
            findings.append(
                .warn(
                    "programs",
                    .init(zh: "quicflow 旁边缺少 \(names)", en: "\(names) not beside quicflow"),
                    advice: .init(
                        zh: "装到同一目录：没有 quicflow-work，这台主机不能执行 SQL、插件和内置任务",
                        en: "install it there: without quicflow-work this host runs no SQL, plugin and built-in tasks"
                    )
                )
            )
        }
        if signs.process != nil { findings.append(AgentExam.groups(signs.groups)) }
        if let manager = signs.manager { findings.append(AgentExam.manager(manager.place, answers: manager.answers)) }
        if let fault = signs.policyFault {
            findings.append(
                .fail(
                    "policy",
                    .init(zh: "主机策略无法读取：\(fault)", en: fault),
                    advice: .init(
                        zh: "改正 \(HostPolicyFile.standardPath)；在那之前 agent 无法启动",
                        en: "mend \(HostPolicyFile.standardPath): the agent does not start before"
                    )
                )
            )
        }
        if !signs.unreadableAuthorities.isEmpty {
            let files = signs.unreadableAuthorities.joined(separator: ", ")
            findings.append(
                .warn(
                    "authorities",
                    .init(
                        zh: "主机策略的 network.authorities 无法读取，或没有 PEM 格式的证书：\(files)",
                        en:
                            "network.authorities of the host's policy can't be read, or has no certificate in PEM: \(files)"
                    ),
                    advice: .init(
                        zh: "放入证书，或从 \(HostPolicyFile.standardPath) 中去掉；在那之前 HTTPS 任务失败，其他任务照常运行",
                        en:
                            "put a certificate there, or take it out of \(HostPolicyFile.standardPath); until then HTTPS tasks fail, "
                            + "and all others run"
                    )
                )
            )
        }
        return findings
    }

    private static func process(_ signs: AgentSigns) -> Finding {
        if let process = signs.process {
            return .ok("agent", .init(zh: "正在运行（进程 \(process)）", en: "runs (process \(process))"))
        }
        return .fail(
            "agent",
            .init(zh: "\(signs.directory.path) 上没有 agent 在运行", en: "no agent runs on \(signs.directory.path)"),
            advice: .init(
                zh: "systemctl start quicflow-agent，或 quicflow agent run；没有启动成功的原因见 journalctl -u quicflow-agent",
                en:
                    "systemctl start quicflow-agent, or quicflow agent run; journalctl -u quicflow-agent says why it ended"
            )
        )
    }

    private static func identity(_ identity: AgentSigns.Identity, now: Timestamp) -> [Finding] {
        let join = Finding.Words(
            zh: "在服务器上运行 quicflow-server token create，然后 quicflow agent run --server 主机:8474 --join-token …",
            en: "quicflow-server token create on the server, then quicflow agent run --server HOST:8474 --join-token …"
        )
        switch identity {
        case .none:
            return [.fail("identity", .init(zh: "这台主机还没有加入服务器", en: "this host has not joined a server"), advice: join)]
        case .damaged(let reason):
            return [.fail("identity", .init(zh: "身份文件损坏：\(reason)", en: reason), advice: join)]
        case .joined(let agent, nil):
            return [
                .fail(
                    "certificate",
                    .init(zh: "主机 \(agent) 的证书无法读取", en: "the certificate of host \(agent) can't be read"),
                    advice: join
                )
            ]
        case .joined(let agent, let life?):
            return [self.certificate(of: agent, life, now: now)]
        }
    }

    private static func certificate(of agent: String, _ life: RenewalSchedule, now: Timestamp) -> Finding {
        let end = DisplayTime.text(life.end)
        if now < life.begin {
            return .fail(
                "certificate",
                .init(
                    zh: "主机 \(agent) 的证书从 \(DisplayTime.text(life.begin)) 才开始有效：本机时钟慢了",
                    en: "that of host \(agent) begins at \(DisplayTime.text(life.begin)): the clock here is behind"
                ),
                advice: .init(zh: "timedatectl set-ntp true", en: "timedatectl set-ntp true")
            )
        }
        if now >= life.end {
            return .fail(
                "certificate",
                .init(zh: "主机 \(agent) 的证书已于 \(end) 到期", en: "that of host \(agent) ended at \(end)"),
                advice: .init(
                    zh: "移走数据目录中的 identity，用新的加入令牌重新加入；任务的记录保留",
                    en: "move identity in the data directory away, and join with a new token; the host's records stay"
                )
            )
        }
        if now.milliseconds(since: life.renewAt) > self.patience {
            return .warn(
                "certificate",
                .init(
                    zh: "主机 \(agent) 的证书 \(end) 到期，本应在 \(DisplayTime.text(life.renewAt)) 续期",
                    en: "that of host \(agent) ends at \(end), and should have been renewed at "
                        + DisplayTime.text(life.renewAt)
                ),
                advice: .init(
                    zh: "agent 连接上服务器后会自动续期；没有续期的原因见它的日志",
                    en: "the agent renews it when it is connected; its log says why it did not"
                )
            )
        }
        return .ok(
            "certificate",
            .init(
                zh: "主机 \(agent) 的证书有效至 \(end)，\(DisplayTime.text(life.renewAt)) 自动续期",
                en: "that of host \(agent) is good until \(end), and renewed at \(DisplayTime.text(life.renewAt))"
            )
        )
    }

    /// - Parameter address: where agents connect to a server: QUIC over UDP.
    static func server(_ address: String, _ answer: QUICProbe.Answer) -> Finding {
        let check = "agents-port"
        switch answer {
        case .answered:
            return .ok(check, .init(zh: "UDP \(address) 应答 QUIC", en: "QUIC is answered at UDP \(address)"))
        case .refused:
            return .fail(
                check,
                .init(zh: "UDP \(address) 没有程序监听", en: "nothing listens at UDP \(address)"),
                advice: .init(
                    zh: "服务器在运行吗？它的 agents.listen 是这个地址吗？",
                    en: "Is the server running? Is this where its agents.listen says?"
                )
            )
        case .silent:
            return .fail(
                check,
                .init(zh: "UDP \(address) 没有应答", en: "no answer from UDP \(address)"),
                advice: .init(
                    zh: "防火墙要放行到服务器这个 UDP 端口的数据；服务器要在运行",
                    en: "firewalls have to let UDP to this port through, and the server has to run"
                )
            )
        case .unknownName(let reason):
            return .fail(
                check,
                .init(zh: "无法解析 \(address)：\(reason)", en: "\(address) can't be resolved: \(reason)"),
                advice: .init(zh: "检查主机名与 DNS", en: "look at the name, and at DNS")
            )
        }
    }

    /// How the server sees this host.
    static func listing(_ host: JSONValue, isRunning: Bool) -> Finding {
        guard let status = host["status"].string else {
            return .fail(
                "listed",
                .init(zh: "服务器不认识这台主机", en: "the server does not list this host"),
                advice: .init(
                    zh: "它可能已被删除，或属于另一台服务器，或你的权限看不到它",
                    en: "it was deleted, belongs to another server, or is outside what you may see"
                )
            )
        }
        let beat = DisplayTime.text(host["last_heartbeat"])
        if status != "online" {
            return .fail(
                "listed",
                .init(
                    zh: "服务器认为这台主机离线，最后心跳 \(beat)",
                    en: "the server has this host as \(status), last heard of at \(beat)"
                ),
                advice: isRunning
                    ? .init(zh: "看 agent 的日志，以及上面的 UDP 检查", en: "read the agent's log, and see the check of UDP above")
                    : .init(zh: "启动 agent", en: "start the agent")
            )
        }
        if let trouble = host["trouble"].string {
            return .warn(
                "listed",
                .init(zh: "服务器看到这台主机在线，但：\(trouble)", en: "connected, but: \(trouble)"),
                advice: .init(zh: "见 quicflow client list", en: "see quicflow client list")
            )
        }
        return .ok("listed", .init(zh: "服务器看到这台主机在线", en: "the server sees this host connected"))
    }
}
