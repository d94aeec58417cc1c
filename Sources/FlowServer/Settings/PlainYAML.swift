// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CYaml
import FlowCore

/// Looks at a YAML text before it is composed, and refuses what makes small texts large or deep.
///
/// Aliases are followed by the layer that composes: ten lines of nested ones stand for more than memory holds.
enum PlainYAML {
    /// Deeper than any setting.
    private static let depthLimit = 16

    /// - Throws: `invalid` naming the line; what is no YAML is left to who composes it.
    static func check(_ text: String, name: String) throws(CoreError) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else {
            throw CoreError(.unavailable, "There is not enough memory to read \(name).")
        }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        let fault = Array(text.utf8).withUnsafeBufferPointer { buffer -> (line: Int, message: String)? in
            yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            var depth = 0
            while true {
                var event = yaml_event_t()
                guard yaml_parser_parse(parser, &event) == 1 else { return nil }
                defer { yaml_event_delete(&event) }
                let line = Int(event.start_mark.line) + 1
                switch event.type {
                case YAML_STREAM_END_EVENT: return nil
                case YAML_ALIAS_EVENT:
                    return (line, "aliases such as *name are not taken in settings; write the value out")
                case YAML_MAPPING_START_EVENT, YAML_SEQUENCE_START_EVENT:
                    depth += 1
                    if depth > self.depthLimit { return (line, "no setting is that deep") }
                case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT: depth -= 1
                default: continue
                }
            }
        }
        if let fault { throw CoreError(.invalid, "\(name):\(fault.line): \(fault.message).") }
    }
}
