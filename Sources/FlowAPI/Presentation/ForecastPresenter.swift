// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// Runs that are only thought of, as answers.
enum ForecastPresenter {
    static func members(_ workflow: Workflow, _ steps: [ForeseenStep]) -> [JSON.Member] {
        [
            .init("workflow_id", workflow.id), .init("workflow_name", workflow.definition.name),
            .init("version", workflow.version), .init("steps", steps.map(self.json)),
        ]
    }

    private static func json(_ foreseen: ForeseenStep) -> JSON {
        let step = foreseen.step
        let obstacle: JSON =
            foreseen.obstacle.map { TextPresenter.kept($0.english) }
            ?? step.fault.map { TextPresenter.json($0.wording) } ?? .null
        return .object([
            .init("key", step.node.key), .init("kind", step.node.work.kind),
            .init("parameters", step.parameters), .init("open_parameters", step.open),
            .init("items", step.items), .init("until", step.until), .init("chosen", step.chosen),
            .init(
                "hosts",
                foreseen.hosts.map { hosts in
                    JSON.array(hosts.map { JSON.object([.init("id", $0.id.rawValue), .init("name", $0.name)]) })
                }
            ),
            .init(
                "placement",
                foreseen.records.map { JSON.object([.init("zh", $0.text.zh), .init("en", $0.text.en)]) }
            ), .init("obstacle", obstacle),
        ])
    }
}
