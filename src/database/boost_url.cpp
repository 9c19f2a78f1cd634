// The one compilation of Boost.URL.
#include <boost/url/src.hpp>
