// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Counts of values below rising bounds.
struct Histogram: Sendable {
    let bounds: [Double]
    private(set) var counts: [Int64]
    private(set) var sum = 0.0

    init(bounds: [Double]) {
        self.bounds = bounds
        self.counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func observe(_ value: Double) {
        self.counts[self.bounds.firstIndex { value <= $0 } ?? self.bounds.count] += 1
        self.sum += value
    }
}

/// Writes Prometheus' text exposition format, version 0.0.4.
struct MetricsPage {
    private(set) var text = ""

    mutating func family(_ name: String, _ type: String, _ help: String) {
        self.text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func sample(_ name: String, _ value: Double, labels: [(String, String)] = []) {
        let inner = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        self.text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(inner)} \(value)\n"
    }

    mutating func histogram(_ name: String, _ histogram: Histogram, labels: [(String, String)] = []) {
        var total: Int64 = 0
        for (index, count) in histogram.counts.enumerated() {
            total += count
            let bound = index < histogram.bounds.count ? "\(histogram.bounds[index])" : "+Inf"
            self.sample("\(name)_bucket", Double(total), labels: labels + [("le", bound)])
        }
        self.sample("\(name)_sum", histogram.sum, labels: labels)
        self.sample("\(name)_count", Double(total), labels: labels)
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }
}
