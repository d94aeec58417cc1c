// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowProcess
import FlowRunner

/// What a host gives an agent to hold jobs together, and what follows for tasks.
extension AgentExam {
    /// - Parameter base: where the agent makes control groups; nil = nowhere.
    static func groups(_ base: GroupBase?) -> Finding {
        let check = "control-groups"
        guard let base else {
            return .ok(
                check,
                .init(
                    zh: "agent 不能创建控制组（cgroup v2）：任务的进程按会话、孤儿进程和标记来识别",
                    en: "the agent makes no control groups (cgroup v2): processes of tasks are known by sessions, "
                        + "orphans and marks"
                ),
                advice: .init(
                    zh: "有合计限制（total_memory_bytes、total_processes、cpu_percent）的任务在这里不会启动；"
                        + "需要的话，以 root 运行 agent，或在它的 systemd 单元中写 Delegate=yes",
                    en: "tasks with limits of all their processes together (total_memory_bytes, total_processes, "
                        + "cpu_percent) do not start here; run the agent as root, or with Delegate=yes in its unit of "
                        + "systemd, if you need them"
                )
            )
        }
        let missing = GroupBase.wanted.filter { !base.controllers.contains($0) }
        guard !missing.isEmpty else {
            return .ok(
                check,
                .init(
                    zh: "每次执行有自己的控制组，可限制 \(base.controllers.joined(separator: "、"))",
                    en: "each execution has a control group, which limits \(base.controllers.joined(separator: ", "))"
                )
            )
        }
        let names = missing.joined(separator: ", ")
        return .ok(
            check,
            .init(
                zh: "每次执行有自己的控制组，但没有 \(names)",
                en: "each execution has a control group, without \(names)"
            ),
            advice: .init(
                zh: "需要它们的合计限制的任务在这里不会启动；agent 的 systemd 单元要有 Delegate=yes "
                    + "和 DelegateSubgroup=（systemd 254），主机只用 cgroup v2",
                en: "tasks whose limits need them do not start here; that takes Delegate=yes and DelegateSubgroup= in "
                    + "the agent's unit (systemd 254), and a host with version 2 alone"
            )
        )
    }

    /// - Parameter manager: the systemd that the agent would have make units.
    static func manager(_ manager: ServiceManager, answers: Bool) -> Finding {
        let check = "systemd"
        let whose = Finding.Words(
            zh: manager.isSystem ? "主机的 systemd" : "agent 用户的 systemd",
            en: manager.isSystem ? "the host's systemd" : "the systemd of the agent's user"
        )
        if answers {
            return .ok(
                check,
                .init(
                    zh: "\(whose.zh)有应答：有 unit 的任务在它的单元中运行",
                    en: "\(whose.en) answers: tasks with a unit run in units of it"
                )
            )
        }
        return .ok(
            check,
            .init(
                zh: "\(whose.zh)没有应答（\(manager.socket)）：有 unit 的任务在这里不会启动",
                en: "\(whose.en) does not answer at \(manager.socket): tasks with a unit do not start here"
            ),
            advice: manager.isSystem
                ? .init(zh: "用标签把这些任务放到别的主机上", en: "place such tasks elsewhere, by labels")
                : .init(
                    zh: "loginctl enable-linger 加 agent 的用户名，或用标签把这些任务放到别的主机上",
                    en: "loginctl enable-linger with the name of the agent's user, or place such tasks elsewhere, by "
                        + "labels"
                )
        )
    }
}
