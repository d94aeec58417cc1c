// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a history is about: how long it is, when there is trouble in it, and who fires.
struct Shape {
    /// Jobs with a schedule.
    var jobs = 6
    /// Microseconds since the start, as are all of these.
    var chaosStarts: Int64 = 5_000_000
    var chaosEnds: Int64 = 45_000_000
    var ends: Int64 = 85_000_000
    /// How often trouble may come.
    var chaosEvery: Int64 = 100_000
    /// How often the server looks for what is due.
    var pollEvery: Int64 = 50_000
    /// How much of the chance of a crash at each boundary of a transaction there is; 1 is one in some hundred.
    var crashes = 1.0
    /// Whether a welcome says that the scheduler is stopped; an older server says so after it.
    var welcomesWithStop = false
    /// Whether jobs fire within some seconds, or within an hour.
    var isDense = true
    /// Whether workflows run in it; then the server's database never goes back, since a lost time would start steps again.
    var hasFlows = false
    /// Whether some jobs do not run for ever without a server, and say what follows an interruption (R13, `on_interrupt`).
    var isBounded = false

    /// Whether disks get full and connections die in one direction only.
    var isStrained = false

    /// Trouble that is left out.
    var without: Set<Trouble> = []

    /// The same, smaller: without some trouble, which ends so many seconds after the start, and with as much quiet after it.
    func smaller(without: Set<Trouble>, until seconds: Int?) -> Shape {
        var shape = self
        shape.without = without
        if let end = seconds.map({ Int64($0) * 1_000_000 }), end < shape.chaosEnds {
            shape.ends -= shape.chaosEnds - end
            shape.chaosEnds = end
        }
        return shape
    }

    /// An ordinary history.
    static let short = Shape()

    /// The job that counts from the end of its last run; only bounded histories have so many.
    static let delayedJob = 7

    /// From this number on each fourth history is bounded; those before stay what they showed once.
    static let firstBounded: UInt64 = 600

    /// From this number on one history in eight is strained, none of them bounded.
    static let firstStrained: UInt64 = 1000

    static func short(of seed: UInt64, _ mutant: Mutant?) -> Shape {
        var shape = Self.short
        let isIn = seed >= Self.firstBounded && seed.isMultiple(of: 4)
        shape.isBounded = mutant.map(\.needsBounds) ?? isIn
        shape.isStrained = mutant.map(\.needsStrain) ?? (seed >= Self.firstStrained && seed % 8 == 6)
        if shape.isBounded { shape.jobs = Self.delayedJob }
        return shape
    }

    /// One with workflows: few jobs fire beside them, and there is time for runs to come to their end.
    static let flows = Shape(jobs: 2, ends: 150_000_000, hasFlows: true)

    /// A day, of which the last quarter of an hour is quiet.
    static func day(jobs: Int) -> Shape {
        Shape(
            jobs: jobs,
            chaosStarts: 60_000_000,
            chaosEnds: 85_500_000_000,
            ends: 86_400_000_000,
            chaosEvery: 60_000_000,
            pollEvery: 250_000,
            crashes: 0.02,
            welcomesWithStop: true,
            isDense: false
        )
    }
}
