// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Figures as aligned lines of `name value unit`.
enum Figures {
    static func line(_ name: String, _ value: Double, _ unit: String, decimals: Int = 0) {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        let text = decimals == 0 ? String(Int(rounded)) : String(rounded)
        print(self.padded(name, 44, right: false) + self.padded(text, 12, right: true) + " " + unit)
    }

    /// The median and the 99th percentile of durations.
    static func percentiles(_ name: String, _ durations: [Duration]) {
        let sorted = durations.sorted()
        guard !sorted.isEmpty else { return }
        self.line(name + " p50", sorted[sorted.count / 2].milliseconds, "ms", decimals: 3)
        self.line(name + " p99", sorted[sorted.count * 99 / 100].milliseconds, "ms", decimals: 3)
    }

    private static func padded(_ text: String, _ width: Int, right: Bool) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return right ? space + text : text + space
    }
}

extension Duration {
    var seconds: Double { Double(self.components.seconds) + Double(self.components.attoseconds) * 1e-18 }
    var milliseconds: Double { self.seconds * 1000 }
}
