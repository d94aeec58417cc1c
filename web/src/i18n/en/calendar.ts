export default {
  calendar: {
    zone: 'in {zone}',
    days: 'Days',
    today: 'Today',
    map: 'Fires of a day: a row is an hour, a cell a minute; arrow keys move',
    perMinute: 'jobs in the minute',
    busiest: 'at most {n}',
    nothing: 'Nothing fires in this minute.',
    quieter: 'Quieter minutes of this hour',
    choose: 'Choose a minute to see what fires in it',
    partial: 'There are too many fires: only a part of them was counted.',
    maintenance: '{name} is in maintenance until {until}: nothing fires there before.',
  },
  yearMap: {
    title: 'Calendar',
    hint: 'half a year, a square a day; a click shows its runs',
    allWell: 'all went well',
    someFailed: 'some failed, the larger the more',
    nothing: 'nothing ran',
    label: 'Half a year: runs on {ran} days, failures on {failed} of them',
  },
};
