// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The form in the API, in files and in the database.
extension WorkflowDefinition {
    /// Reads a definition and checks it as a whole.
    ///
    /// - Returns: nil when there are faults.
    package static func read(_ value: JSON) -> (definition: WorkflowDefinition?, faults: [WorkflowFault]) {
        var reader = WorkflowReader(value, at: "")
        let definition = Self.read(&reader)
        guard reader.faults.isEmpty else { return (nil, reader.faults) }
        let faults = definition.faults
        return (faults.isEmpty ? definition : nil, faults)
    }

    private static func read(_ reader: inout WorkflowReader) -> WorkflowDefinition {
        let name = reader.string("name", upTo: Self.nameLimit, isRequired: true) ?? ""
        let description = reader.string("description", upTo: 2048) ?? ""
        let groups = reader.list("group_ids", upTo: 100)
        let numbers = groups.compactMap { if case .integer(let id) = $0 { id } else { nil } }
        if numbers.count != groups.count {
            reader.fault("group_ids", "type", "only numbers of groups are expected here")
        }
        let schedule = Self.schedule(&reader)
        let overlap: WorkflowOverlap? = reader.choice("overlap")
        let misfire: WorkflowMisfire? = reader.choice("misfire")
        let startDeadline = reader.integer("start_deadline_seconds", in: Self.startDeadlineRange)
        let timeout = reader.integer("timeout_seconds", in: Self.timeoutRange)
        let parallel = reader.integer("max_parallel", in: Self.parallelRange)
        let onFailure: FailurePolicy? = reader.choice("on_failure", notYet: ["hold"])
        let parameters = Self.each("parameters", upTo: Self.parameterLimit, of: &reader) { WorkflowParameter(&$0) }
        let nodes = Self.each("nodes", upTo: Self.nodeLimit, of: &reader) { WorkflowNode(&$0) }
        let edges = Self.each("edges", upTo: Self.edgeLimit, of: &reader) { WorkflowEdge(&$0) }
        let results = WorkflowNode.parameters(reader.texts("results"), &reader, at: "results")
        let labels = reader.dictionary("labels", upTo: Self.labelLimit)
        reader.finish(notYet: ["notify"])
        return WorkflowDefinition(
            name: name,
            description: description,
            groups: Array(Set(numbers)).sorted(),
            schedule: schedule,
            overlap: overlap ?? .skip,
            misfire: misfire ?? .run,
            startDeadlineSeconds: startDeadline,
            timeoutSeconds: timeout ?? Self.standardTimeout,
            maxParallel: parallel ?? Self.standardParallel,
            onFailure: onFailure ?? .stop,
            parameters: parameters,
            nodes: nodes,
            edges: edges,
            results: results,
            labels: labels
        )
    }

    private static func schedule(_ reader: inout WorkflowReader) -> WorkflowSchedule? {
        let cron = reader.string("cron_expr", upTo: 256)
        let zone = reader.string("timezone", upTo: 64)
        guard let cron, !cron.isEmpty else { return nil }
        return WorkflowSchedule(cron: cron, timeZone: zone ?? "UTC")
    }

    private static func each<Item>(
        _ name: String,
        upTo limit: Int,
        of reader: inout WorkflowReader,
        _ read: (inout WorkflowReader) -> Item?
    ) -> [Item] {
        var items: [Item] = []
        for (index, value) in reader.list(name, upTo: limit).enumerated() {
            var inner = WorkflowReader(value, at: "\(name)[\(index)]")
            if let item = read(&inner) { items.append(item) }
            reader.add(inner.faults)
        }
        return items
    }

    package var json: JSON {
        var members: [JSON.Member] = [
            .init("name", self.name), .init("description", self.description), .init("group_ids", self.groups),
            .init("cron_expr", self.schedule?.cron), .init("timezone", self.schedule?.timeZone),
            .init("overlap", self.overlap.rawValue), .init("misfire", self.misfire.rawValue),
            .init("start_deadline_seconds", self.startDeadlineSeconds),
            .init("timeout_seconds", self.timeoutSeconds),
            .init("max_parallel", self.maxParallel), .init("on_failure", self.onFailure.rawValue),
            .init("parameters", self.parameters.map(\.json)), .init("nodes", self.nodes.map(\.json)),
            .init("edges", self.edges.map(\.json)), .init("results", self.results.mapValues(\.text)),
        ]
        // A server of before, beside this one, knows none.
        if !self.labels.isEmpty { members.append(.init("labels", self.labels)) }
        return .object(members)
    }
}

extension WorkflowParameter {
    init?(_ reader: inout WorkflowReader) {
        let name = reader.string("name", upTo: VariableName.parameterLimit, isRequired: true)
        let kind: Kind = reader.choice("type") ?? .string
        let standard = reader.take("default")
        if let name, !VariableName.isValid(name, limit: VariableName.parameterLimit) {
            reader.fault("name", "name", "a parameter's name is made of letters, digits and '_'")
        }
        if let standard, !kind.accepts(standard) {
            reader.fault("default", "type", "\(words: standard.kind) is not of type \(kind.rawValue)")
        }
        reader.finish(notYet: ["secret"])
        guard let name else { return nil }
        self.init(name, kind, standard: standard)
    }

    package var json: JSON {
        var members: [JSON.Member] = [.init("name", self.name), .init("type", self.kind.rawValue)]
        if let standard { members.append(.init("default", standard)) }
        return .object(members)
    }
}

extension WorkflowEdge {
    init?(_ reader: inout WorkflowReader) {
        let from = reader.string("from", upTo: 100, isRequired: true)
        let to = reader.string("to", upTo: 100, isRequired: true)
        let on: Condition = reader.choice("on") ?? .success
        let catches = reader.flag("catch") ?? false
        if catches, on != .failure { reader.fault("catch", "conflict", "only an edge with on 'failure' can catch one") }
        reader.finish(notYet: ["hosts"])
        guard let from, let to else { return nil }
        self.init(from, to, on: on, catches: catches)
    }

    package var json: JSON {
        var members: [JSON.Member] = [.init("from", self.from), .init("to", self.to), .init("on", self.on.rawValue)]
        if self.catches { members.append(.init("catch", true)) }
        return .object(members)
    }
}
