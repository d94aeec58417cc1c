// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension MapStep {
    /// - Returns: nil when there are faults; else with the other parameters of what it does.
    static func read(_ reader: inout WorkflowReader) -> (map: MapStep, parameters: [String: ExpressionTemplate])? {
        let over = self.source(&reader)
        let parallel = reader.integer("max_parallel", in: self.parallelRange)
        let most = reader.integer("max_items", in: self.itemRange)
        let fail = self.failure(&reader)
        guard let value = reader.take("do") else {
            reader.fault("do", "required", "say in 'do' what is done for each item")
            return nil
        }
        var inner = WorkflowReader(value, at: reader.place("do"))
        let work = NodeWork(&inner)
        var given = inner.texts("parameters")
        let names = given.filter { self.isItem($0.value) }.keys.sorted()
        for name in names { given[name] = nil }
        let parameters = WorkflowNode.parameters(given, &inner)
        for name in names where !VariableName.isValid(name, limit: VariableName.parameterLimit) {
            inner.fault("parameters", "name", "a parameter's name is made of letters, digits and '_'")
        }
        inner.finish()
        let body: Body?
        switch work {
        case .job(let id): body = .job(id)
        case .own(let step): body = .own(step)
        case nil: body = nil
        default:
            inner.fault("kind", "choice", "a map does a job, a script or a request for each item")
            body = nil
        }
        reader.add(inner.faults)
        guard let over, let body else { return nil }
        let map = MapStep(
            over: over,
            body: body,
            itemParameters: names,
            maxParallel: parallel ?? self.standardParallel,
            maxItems: most ?? self.standardItems,
            fail: fail
        )
        if case .items(let items) = over, items.count > map.maxItems {
            reader.fault("over", "too_many", "\(items.count) items are more than \(map.maxItems)")
        }
        return (map, parameters)
    }

    /// Whether a parameter is the item and nothing else.
    private static func isItem(_ text: String) -> Bool {
        text.filter { !$0.isWhitespace } == "{{item}}"
    }

    private static func source(_ reader: inout WorkflowReader) -> Source? {
        switch reader.take("over") {
        case .array(let values):
            let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            if texts.count != values.count { reader.fault("over", "type", "only texts are expected here") }
            if texts.contains(where: { $0.utf8.count > self.itemLimit || $0.utf8.contains(0) }) {
                reader.fault("over", "length", "an item has more than \(self.itemLimit) bytes, or a NUL character")
            }
            return .items(texts)
        case .string(let text):
            do {
                let template = try ExpressionTemplate(text)
                if template.expressions.isEmpty {
                    reader.fault("over", "expression", "write a list, or an expression in {{ }}")
                }
                return .expression(template)
            } catch {
                reader.fault("over", "expression", "\(error)")
            }
        case nil: reader.fault("over", "required", "say what it goes over: a list, or {{steps.KEY.outputs.NAME}}")
        case let value?: reader.fault("over", "type", "a list is expected, not \(words: value.kind)")
        }
        return nil
    }

    private static func failure(_ reader: inout WorkflowReader) -> MapFailure {
        switch reader.take("fail") {
        case nil, .string("any"): return .any
        case .string("fast"): return .fast
        case .string("never"): return .never
        case .object(let members) where members.count == 1 && members[0].name == "ratio":
            let part: Double? =
                switch members[0].value {
                case .integer(let whole): Double(whole)
                case .number(let number): number
                default: nil
                }
            if let part, (0...1).contains(part) { return .ratio(part) }
        default: break
        }
        reader.fault("fail", "choice", "write \"any\", \"fast\", \"never\" or {\"ratio\": 0.1}")
        return .any
    }

    /// - Parameter parameters: of what it does, beside those that are the item.
    func members(_ parameters: [String: ExpressionTemplate]) -> [JSON.Member] {
        var inner: [JSON.Member]
        switch self.body {
        case .job(let id): inner = [.init("kind", "job"), .init("task_id", id)]
        case .own(let step): inner = [.init("kind", NodeWork.own(step).kind)] + step.members
        }
        var given = parameters.mapValues(\.text)
        for name in self.itemParameters { given[name] = "{{item}}" }
        if !given.isEmpty { inner.append(.init("parameters", given)) }
        let over: JSON =
            switch self.over {
            case .items(let items): .array(items.map { .string($0) })
            case .expression(let template): .string(template.text)
            }
        var members: [JSON.Member] = [
            .init("over", over), .init("do", JSON.object(inner)), .init("max_parallel", self.maxParallel),
            .init("max_items", self.maxItems),
        ]
        switch self.fail {
        case .any: break
        case .fast: members.append(.init("fail", "fast"))
        case .never: members.append(.init("fail", "never"))
        case .ratio(let part): members.append(.init("fail", JSON.object([.init("ratio", part)])))
        }
        return members
    }
}
