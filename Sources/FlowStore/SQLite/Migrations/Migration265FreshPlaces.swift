// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What hosts were given in the last minute, found without looking at all that they have.
enum Migration265FreshPlaces {
    static let sql = "CREATE INDEX placement_slot_given ON placement_slot (placed_at, agent) WHERE state = 1;"
}
