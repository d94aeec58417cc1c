// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Fills a ``RequestTemplate``, escaped for the place where it stands; parameters can't change a request's structure.
enum HTTPTemplate {
    enum Place {
        /// Percent-encoded: everything but unreserved characters (RFC 3986, 2.3).
        case url
        /// As the inside of a JSON string (RFC 8259, 7).
        case json
        /// Refused when it has a control character (RFC 9110, 5.5).
        case header
        case plain
    }

    /// - Throws: `CoreError` when a name is unknown or a value does not fit the place.
    static func fill(_ text: String, _ parameters: [String: String], in place: Place) throws -> String {
        try RequestTemplate(text).parts.reduce(into: "") { result, part in
            switch part {
            case .text(let literal): result += literal
            case .parameter(let name):
                guard let value = parameters[name] else {
                    throw CoreError(.invalid, "no parameter '\(name)' was given, which the request uses")
                }
                result += try self.escape(value, in: place, name: name)
            }
        }
    }

    private static func escape(_ value: String, in place: Place, name: String) throws -> String {
        switch place {
        case .url: return self.percentEncode(value)
        case .json: return self.jsonEscape(value)
        case .header:
            guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
                throw CoreError(.invalid, "parameter '\(name)' has a control character, which a header can't carry")
            }
            return value
        case .plain: return value
        }
    }

    static func percentEncode(_ value: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in value.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func jsonEscape(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
