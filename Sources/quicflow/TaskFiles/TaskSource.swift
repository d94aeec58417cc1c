// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The mark of tasks that come from one set of files: what is deleted when they leave the files, and nothing else.
enum TaskSource {
    static let label = "quartzflow/source"

    /// The fields of a task without the mark, and the mark.
    static func separated(_ fields: JSONValue) -> (fields: JSONValue, source: String?) {
        guard case .object(var labels) = fields["labels"], let source = labels.removeValue(forKey: self.label)?.string,
            case .object(var members) = fields
        else { return (fields, nil) }
        members["labels"] = labels.isEmpty ? nil : .object(labels)
        return (.object(members), source)
    }

    static func marked(_ fields: JSONValue, _ source: String?) -> JSONValue {
        guard let source else { return fields }
        var fields = fields
        fields["labels"][self.label] = .string(source)
        return fields
    }
}
