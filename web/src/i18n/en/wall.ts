export default {
  wall: {
    title: 'Wallboard',
    fill: 'Full screen',
    calm: 'All is well',
    token: 'Access token',
    tokenText:
      'A wallboard shows and does nothing. Give it an access token of the role viewer, made under Settings › Access tokens.',
    refused: 'This token is none, has run out, or was revoked.',
    show: 'Show',
    signIn: 'Sign in instead',
  },
};
