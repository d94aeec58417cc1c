// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The names of fields that task files have, from the JSON Schema that the server gives.
struct TaskFileSchema {
    private let schema: JSONValue

    init(_ schema: JSONValue) { self.schema = schema }

    /// The fields of a task.
    var fields: Set<String> { self.names(at: "") }

    /// The fields of a workflow; empty where the server takes none in files.
    var workflowFields: Set<String> { self.names(at: "", of: .workflow) }

    /// The names that may stand in the object at a path such as `dependencies[0]`.
    func names(at path: String, of kind: FileKey.Kind = .task) -> Set<String> {
        var places = self.opened([self.schema["$defs"][kind == .workflow ? "Workflow" : "Task"]])
        for segment in path.split(whereSeparator: { $0 == "." || $0 == "[" }) {
            let isIndex = segment.hasSuffix("]")
            places = self.opened(places.map { isIndex ? $0["items"] : $0["properties"][String(segment)] })
        }
        return Set(
            places.flatMap { place -> [String] in
                guard case .object(let members) = place["properties"] else { return [] }
                return Array(members.keys)
            }
        )
    }

    /// The same with references followed and alternatives side by side.
    private func opened(_ places: [JSONValue]) -> [JSONValue] {
        var result: [JSONValue] = []
        var open = places
        // Each reference once: they may lead in circles.
        var seen: Set<String> = []
        while let place = open.popLast() {
            open += place["anyOf"].array
            if let reference = place["$ref"].string {
                if seen.insert(reference).inserted {
                    open.append(self.schema["$defs"][String(reference.split(separator: "/").last ?? "")])
                }
            } else if !place.isNull {
                result.append(place)
            }
        }
        return result
    }
}
