// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// One page of a list.
enum PageAnswer {
    static func members<Item>(_ page: Page<Item>, _ request: PageRequest, items: [JSON]) -> [JSON.Member] {
        // When counting stopped at a bound, a full page is the only sign that there may be more.
        let hasNext =
            page.isTotalExact
            ? request.offset + page.items.count < page.total && !page.items.isEmpty : page.items.count == request.size
        return [
            .init("total", page.total),
            .init("total_exact", page.isTotalExact),
            .init("page", request.number),
            .init("page_size", request.size),
            .init("has_next", hasNext),
            .init("items", items),
        ]
    }
}

/// What a trigger or a retry started (C-23).
enum StartedAnswer {
    static func answer(_ started: StartedRun) -> APIAnswer {
        .data(
            [
                .init("execution_id", started.executions.first?.id),
                .init("run_id", started.run.id),
                // What S3's page opens a drawer for.
                .init("long_running", started.executions.count > 1),
                .init(
                    "executions",
                    started.executions.map { JSON.object([.init("id", $0.id), .init("client_id", $0.agentID)]) }
                ),
            ],
            status: started.isRepeat ? .ok : .created
        )
    }
}
