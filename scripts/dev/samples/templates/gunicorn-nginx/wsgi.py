import sys

sys.dont_write_bytecode = True


def application(environ, start_response):
    if environ['PATH_INFO'] == '/broken':
        raise ValueError('it hides')
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return ['{{path}} r{{revision}} by build {{build.id}}'.encode()]
